import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/**
 * What tells a process from a later one that was given the same number: on Linux the boot and the ticks after it at which
 * the process started (proc_pid_stat(5), field 22), elsewhere the start time that ps prints. Undefined when there is no
 * such process, or only what is left of it until its parent asks (state Z).
 */
export const startIdentity = async (pid: number): Promise<string | undefined> => {
  if (process.platform !== 'linux') {
    const { stdout } = await run('ps', ['-o', 'lstart=', '-p', String(pid)]).catch(() => ({ stdout: '' }))
    return stdout.trim() === '' ? undefined : stdout.trim()
  }
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  if (stat === undefined) return undefined
  // The name of the program, in parentheses, may hold anything; the fields are counted from behind it, where field 3 is next.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  if (fields[0] === 'Z') return undefined
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')
  return `${boot.trim()}/${fields[19] ?? ''}`
}
