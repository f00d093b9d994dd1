// What the edge costs a request, against no proxy, a bare proxy with the same library, and a bare pipe of node:http.
//   npm run bench:proxy [-- <rounds>]
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { table } from '@deploy-kit/core'
import type { Target } from '@deploy-kit/rollout'
import { startChild } from './kit/child.ts'
import { startEdgeApp } from './kit/edge-app.ts'
import { figure, median } from './kit/figures.ts'
import { machine } from './kit/machine.ts'
import { setBenchStage } from './kit/stage.ts'
import type { Load } from './proxy/load.ts'

const rounds = Number(process.argv[2] ?? 7)
const forMs = 1_000
const changeEveryMs = 200
const shares = ['p50', 'p95', 'p99'] as const
const folder = import.meta.dirname

await using bench = await setBenchStage('bench/proxy/backend')
const { stage } = bench
await using app = await startEdgeApp(stage.edge.admin, 'proxied', await bench.build('v1'), await bench.build('v2'))
await using backend = await startChild([join(folder, 'proxy/backend/server.mjs')])
await using library = await startChild([join(folder, 'proxy/bare.ts'), 'library', backend.line])
await using pipe = await startChild([join(folder, 'proxy/bare.ts'), 'pipe', backend.line])
const edge = new URL(stage.edge.url).port

const load = async (port: string, path: string, connections: number): Promise<Load> => {
  const argv = [join(folder, 'proxy/load.ts'), port, path, String(connections), String(forMs)]
  await using run = await startChild(argv, forMs + 20_000)
  return JSON.parse(run.line) as Load
}

/** Moves the weight up and down as long as the work takes. */
const whileWeightsChange = async <T>(target: Target, work: () => Promise<T>): Promise<T> => {
  const { signal } = new AbortController()
  const over = new AbortController()
  const done = work().finally(() => over.abort())
  for (let change = 0; !over.signal.aborted; change += 1) {
    await target.shift(change % 2 === 0 ? 25 : 50, signal)
    await delay(changeEveryMs, undefined, { signal: over.signal }).catch(() => undefined)
  }
  await target.shift(0, signal)
  return done
}

const ways: Readonly<Record<string, (path: string, connections: number) => Promise<Load>>> = {
  'no proxy': (path, connections) => load(backend.line, path, connections),
  'bare httpxy': (path, connections) => load(library.line, path, connections),
  'bare pipe': (path, connections) => load(pipe.line, path, connections),
  edge: (path, connections) => load(edge, path, connections),
  'edge, weight changes every 200 ms': (path, connections) => whileWeightsChange(app.target, () => load(edge, path, connections)),
}

const measure = async (path: string, connections: number): Promise<string[][]> => {
  const found: Record<string, Load>[] = []
  for (let round = 0; round < rounds; round += 1) {
    // In turns, so that a machine whose speed drifts treats all alike; ratios and differences are taken round by round.
    const results: Record<string, Load> = {}
    for (const [name, way] of Object.entries(ways)) results[name] = await way(path, connections)
    found.push(results)
  }
  const rows: string[][] = []
  for (const name of Object.keys(ways)) {
    const of = (pick: (own: Load, direct: Load, bare: Load) => number): number =>
      median(
        found.flatMap(({ [name]: own, 'no proxy': direct, 'bare httpxy': bare }) =>
          own && direct && bare ? [pick(own, direct, bare)] : [],
        ),
      )
    rows.push([
      name,
      figure(of((own) => own.perSecond)),
      figure(of((own, _direct, bare) => own.perSecond / bare.perSecond)),
      ...shares.map((share) => figure(of((own) => own[share]))),
      ...shares.map((share) => figure(of((own, direct) => own[share] - direct[share]))),
      String(found.reduce((sum, { [name]: own }) => sum + (own?.failed ?? 0), 0)),
    ])
  }
  return rows
}

console.log(machine())
console.log(`${rounds} rounds of ${forMs / 1_000} s, in turns, medians; closed loop, keep-alive; latencies in ms`)
for (const [path, body] of [
  ['/small', '100 bytes'],
  ['/large', '64 kB'],
] as const)
  for (const connections of [1, 32]) {
    const head = ['way', 'requests/s', 'of bare httpxy', 'p50', 'p95', 'p99', 'added p50', 'added p95', 'added p99', 'failed']
    console.log(`\nanswers of ${body}, ${connections === 1 ? '1 connection' : `${connections} connections`}\n`)
    console.log(table(head, await measure(path, connections)))
  }
