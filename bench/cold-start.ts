// Time from start to exit of each built entry, against a Node that runs an empty file. The entries are given a faulty
// input: they load what a step loads (core, the definition, the use-cases), say what is wrong, and do nothing else.
//   npm run bench:start [-- <rounds>]
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { table } from '@deploy-kit/core'
import { definitions } from '../actions/catalogue.ts'
import { entriesOf } from '../scripts/build/entries.ts'
import { faultyInputs } from '../scripts/build/start-entry.ts'
import { figure, median } from './kit/figures.ts'
import { machine } from './kit/machine.ts'

const rounds = Number(process.argv[2] ?? 15)
const folder = mkdtempSync(join(tmpdir(), 'deploy-kit-bench-'))
const empty = join(folder, 'empty.js')
writeFileSync(empty, '')

const milliseconds = (file: string, env: NodeJS.ProcessEnv): number => {
  const began = performance.now()
  spawnSync(process.execPath, [file], { env, stdio: 'ignore' })
  return performance.now() - began
}

const measured = (name: string, file: string, env: NodeJS.ProcessEnv): string[] => {
  milliseconds(file, env) // The first start reads the files from disk.
  // In turns, so that a machine whose speed drifts treats both alike; the ratio is taken pair by pair.
  const pairs = Array.from({ length: rounds }, () => ({ entry: milliseconds(file, env), node: milliseconds(empty, {}) }))
  return [
    name,
    figure(median(pairs.map((pair) => pair.entry))),
    figure(median(pairs.map((pair) => pair.node))),
    figure(median(pairs.map((pair) => pair.entry / pair.node))),
  ]
}

console.log(machine())
console.log(`${rounds} rounds in turns, medians; milliseconds\n`)
const rows: string[][] = []
for (const definition of definitions) {
  const env = Object.fromEntries(Object.entries(faultyInputs(definition)).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]))
  for (const { path } of entriesOf(definition)) {
    const file = resolve('dist', path)
    rows.push(measured(path, file, env))
  }
}
// A step on Kubernetes loads the client as well, and finds that the kubeconfig lacks the context.
const kubeconfig = join(folder, 'kubeconfig')
writeFileSync(kubeconfig, JSON.stringify({ apiVersion: 'v1', kind: 'Config', clusters: [], users: [], contexts: [] }))
const inputs = {
  app: 'web',
  platform: 'kubernetes',
  namespace: 'web',
  workload: 'deployment/web',
  mode: 'reconcile',
  context: 'none',
  kubeconfig,
}
rows.push(
  measured('auto-rollback/index.js on Kubernetes', resolve('dist/auto-rollback/index.js'), {
    ...Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
    GITHUB_REPOSITORY: 'acme/web',
    GITHUB_RUN_ID: '1',
    RUNNER_TEMP: folder,
  }),
)
console.log(table(['entry', 'start', 'empty Node', 'ratio'], rows))
rmSync(folder, { recursive: true })
