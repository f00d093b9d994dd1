// From the signal to weight 0: how long, and by how many requests to the edge. The bundle's deploy-canary runs as the
// runner starts it, against an edge of its own, with the sample shop under live traffic.
//   npm run bench:abort [-- <runs per row>]
import { setTimeout as delay } from 'node:timers/promises'
import { table } from '@deploy-kit/core'
import { startTraffic } from '../packages/cli/src/rehearse/traffic.ts'
import { CountedAdmin } from './abort/counted-admin.ts'
import { Deployments, type Return } from './abort/deployments.ts'
import { Reference } from './abort/reference.ts'
import { startEdgeApp } from './kit/edge-app.ts'
import { emptyNode } from './kit/empty-node.ts'
import { figure, median, quantile } from './kit/figures.ts'
import { machine } from './kit/machine.ts'
import { setBenchStage } from './kit/stage.ts'

const runs = Number(process.argv[2] ?? 10)
const weights = [5, 25, 50, 100]
const perSecond = 50

await using bench = await setBenchStage('examples/shop')
const { stage } = bench
await using admin = await CountedAdmin.open(stage.edge.admin)
const v1 = await bench.build('v1')
const v2 = await bench.build('v2', { DEALS: 'on' })
const deployments = new Deployments(stage, admin)
await deployments.first(v1)
await using idle = await startEdgeApp(admin.url, 'reference', v1, v2)
const reference = new Reference(admin.url, idle)
await reference.put() // Opens the connection.
const traffic = startTraffic(`${stage.edge.url}/api/products`, perSecond)

const killed = 'SIGKILL at 25 %, then reconcile'
const returns = new Map<string, Return[]>()
const puts: number[] = []
const starts: number[] = []
for (let run = 0; run < runs; run += 1) {
  // In turns, so that a machine whose speed drifts treats all alike.
  for (const weight of [...weights, undefined]) {
    const running = await deployments.begin(v2, weight ?? 25)
    puts.push(await reference.put(), await reference.put())
    if (weight === undefined) starts.push(emptyNode())
    // Signals come at all moments of a look: while it sleeps, while it reads, while it writes.
    await delay(((run + 0.5) / runs) * deployments.pollMs)
    const row = weight === undefined ? killed : `SIGINT at ${weight} %`
    const home = await (weight === undefined ? deployments.killed(running) : deployments.interrupted(running))
    returns.set(row, [...(returns.get(row) ?? []), home])
  }
}
const { sent, lost } = await traffic.stop()
reference.close()

const spread = (times: readonly number[]): string[] => [0, 0.5, 0.95, 1].map((share) => figure(quantile(times, share)))
const rows: string[][] = []
for (const [row, all] of returns) {
  const times = all.map(({ homeMs }) => homeMs)
  const bare = median(puts) + (row === killed ? median(starts) : 0)
  rows.push([
    row,
    ...spread(times),
    figure(median(times) / bare),
    [...new Set(all.map(({ requests }) => requests))].toSorted((a, b) => a - b).join(', '),
    figure(median(all.map(({ firstRequestMs }) => firstRequestMs))),
    figure(median(all.map(({ endMs }) => endMs))),
  ])
}
const head = ['to weight 0, ms', 'min', 'median', 'p95', 'max', 'ratio', 'requests', 'first request after', 'process ended after']
console.log(machine())
console.log(`${runs} runs a row, in turns; ${perSecond} requests a second meanwhile: ${sent} sent, ${lost} lost\n`)
console.log(
  table(head, [
    ...rows,
    ['reference: one bare PUT', ...spread(puts), '1', '1', '0', ''],
    ['reference: an empty Node', ...spread(starts), '', '', '', ''],
  ]),
)
console.log('\nratio: to one bare PUT; after SIGKILL to an empty Node and one bare PUT')
