import { execFileSync } from 'node:child_process'
import { cpus, loadavg } from 'node:os'

/** What figures depend on: the machine, what else it was doing, and what was measured. */
export const machine = (): string => {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
  const load = loadavg()[0]?.toFixed(1) ?? 'unknown'
  return (
    `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}, Node ${process.versions.node}, load ${load}, ` +
    `${new Date().toISOString().slice(0, 10)}, commit ${commit}`
  )
}
