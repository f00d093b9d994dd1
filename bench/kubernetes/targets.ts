// Memory and requests of one process that watches over many targets: 1, 10, 100 Deployments, each described once a second, as in a rollout.
// The pods do not run: they are for nodes with the label `type: kwok`, and count as they are.
//   npm run bench:kubernetes:targets [-- <targets> ...]
import { setTimeout as delay } from 'node:timers/promises'
import { silentLogger, systemClock, table } from '@deploy-kit/core'
import { platformOptions, platforms } from '@deploy-kit/platforms'
import { testCluster } from '../../test/kubernetes/stage/cluster.ts'
import { TestNamespace } from '../../test/kubernetes/stage/namespace.ts'
import { webDeployment, webRoute, webService } from '../../test/kubernetes/stage/objects.ts'
import { figure } from '../kit/figures.ts'
import { machine } from '../kit/machine.ts'

const counts = process.argv.slice(2).length > 0 ? process.argv.slice(2).map(Number) : [1, 10, 100]
const rounds = 10
const signal = new AbortController().signal
const cluster = testCluster()
const schema = await platformOptions.kubernetes()
const { open } = await platforms.kubernetes()

await using namespace = await TestNamespace.make(cluster)
const names = Array.from({ length: Math.max(...counts) }, (_, index) => `web-${index}`)
for (const name of names)
  await namespace.has(
    webDeployment({ namespace: namespace.name, name, image: cluster.image('one'), replicas: 1, nodes: { type: 'kwok' } }),
    webService(namespace.name, name),
    webRoute(namespace.name, `${name}.test`, name),
  )
await delay(2_000)

const rows: string[][] = []
for (const count of counts) {
  global.gc?.()
  const before = process.memoryUsage().rss
  const opened = await Promise.all(
    names.slice(0, count).map((name) =>
      open(
        schema.parse({
          namespace: namespace.name,
          workload: `deployment/${name}`,
          router: { 'gateway-api': { route: name } },
          kubeconfig: cluster.kubeconfig,
        }),
        { app: name, environment: 'bench', holder: { id: 'bench', attempt: 1 }, log: silentLogger, clock: systemClock },
      ),
    ),
  )
  const times: number[] = []
  const cpu = process.cpuUsage()
  for (let round = 0; round < rounds; round += 1) {
    const began = performance.now()
    await Promise.all(opened.map(({ target }) => target.describe(signal)))
    times.push(performance.now() - began)
    await delay(Math.max(0, 1_000 - (performance.now() - began)))
  }
  const { user, system } = process.cpuUsage(cpu)
  rows.push([
    String(count),
    `${Math.round((process.memoryUsage().rss - before) / 1e6)} MB`,
    `${Math.round(process.memoryUsage().rss / 1e6)} MB`,
    `${figure(times.slice(1).toSorted((a, b) => a - b)[Math.floor((rounds - 1) / 2)] ?? Number.NaN)} ms`,
    `${figure((user + system) / 1_000 / rounds)} ms`,
  ])
}
console.log(machine())
console.log(table(['targets', 'memory more', 'memory in all', 'a look at all, median', 'CPU a round'], rows))
