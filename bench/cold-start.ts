// Time from start to exit of each built entry, against a Node that runs an empty file. The entries are given a faulty
// input: they load what a step loads (core, the definition, the use-cases), say what is wrong, and do nothing else.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { definitions } from '../actions/catalogue.ts'
import { entriesOf } from '../scripts/build/entries.ts'
import { faultyInputs } from '../scripts/build/start-entry.ts'

const rounds = Number(process.argv[2] ?? 15)
const folder = mkdtempSync(join(tmpdir(), 'deploy-kit-bench-'))
const empty = join(folder, 'empty.js')
writeFileSync(empty, '')

const milliseconds = (file: string, env: NodeJS.ProcessEnv): number => {
  const began = process.hrtime.bigint()
  spawnSync(process.execPath, [file], { env, stdio: 'ignore' })
  return Number(process.hrtime.bigint() - began) / 1e6
}
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

console.log(`Node ${process.versions.node}, ${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}, ${rounds} rounds, medians`)
console.log(`commit ${execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()}\n`)
console.log('entry                      ms      empty Node ms   ratio')
for (const definition of definitions) {
  const env = Object.fromEntries(Object.entries(faultyInputs(definition)).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]))
  for (const { path } of entriesOf(definition)) {
    const file = resolve('dist', path)
    milliseconds(file, env) // The first start reads the files from disk.
    // In turns, so that a machine whose speed drifts treats both alike; the ratio is taken pair by pair.
    const pairs = Array.from({ length: rounds }, () => ({ entry: milliseconds(file, env), node: milliseconds(empty, {}) }))
    const figures = [
      median(pairs.map((pair) => pair.entry))
        .toFixed(1)
        .padEnd(7),
      median(pairs.map((pair) => pair.node))
        .toFixed(1)
        .padEnd(15),
      median(pairs.map((pair) => pair.entry / pair.node)).toFixed(2),
    ]
    console.log(`${path.padEnd(26)} ${figures.join(' ')}`)
  }
}
rmSync(folder, { recursive: true })
