// What a release asks of the API server: requests and bytes for each part of it, and the seconds that are neither bake nor readiness.
//   npm run bench:kubernetes:requests
import { setTimeout as delay } from 'node:timers/promises'
import { table } from '@deploy-kit/core'
import { ApiProxy, type Passed } from '../../test/kubernetes/stage/api-proxy.ts'
import { testCluster } from '../../test/kubernetes/stage/cluster.ts'
import { Shop } from '../../test/kubernetes/stage/shop.ts'
import { machine } from '../kit/machine.ts'

const perSecond = 200
const cluster = testCluster()
await using proxy = await ApiProxy.before(cluster)
await using shop = await Shop.serving(cluster, 'one', { replicas: 3 })
shop.kubeconfig = proxy.kubeconfig()
shop.configured({ platform: { 'insecure-skip-tls-verify': true } })
const traffic = shop.underTraffic(perSecond)
await delay(2_000)

const startedAt = Date.now()
const step = shop.startsRelease('two', { steps: '10, 50, 100', 'bake-min': '1s', 'bake-max': '2m', poll: '1s' })
const marks: { readonly name: string; readonly at: number }[] = [{ name: 'plan and lease', at: startedAt }]
const parts: readonly (readonly [string, RegExp])[] = [
  ['step of 10 %', / 10 % of the traffic/],
  ['step of 50 %', / 50 % of the traffic/],
  ['step of 100 %', /100 % of the traffic/],
]
for (const [name, begins] of [['prepare', /lease|step 3/] as const, ...parts]) {
  await shop.eventually(async () => begins.test(step.log()), name, step)
  marks.push({ name, at: Date.now() })
}
await shop.eventually(async () => (step.log().match(/ pass {2}/g) ?? []).length === 3, 'the last pass', step)
marks.push({ name: 'promotion', at: Date.now() })
const { exitCode, log } = await step.ended
const endedAt = Date.now()
await traffic.stop()
if (exitCode !== 0) throw new Error(log)

const bytes = (requests: readonly Passed[]): string => `${Math.round(requests.reduce((sum, each) => sum + each.bytes, 0) / 1_000)} kB`
const row = (name: string, from: number, to: number): string[] => {
  const own = proxy.requests.filter(({ at }) => at >= from && at < to)
  const writes = own.filter(({ method }) => method !== 'GET').length
  const seconds = (to - from) / 1_000
  return [name, seconds.toFixed(1), String(own.length), String(writes), bytes(own), (own.length / seconds).toFixed(1)]
}
const rows = marks.map(({ name, at }, index) => row(name, at, marks[index + 1]?.at ?? endedAt))
console.log(machine())
console.log(
  table(['part', 'seconds', 'requests', 'of them writes', 'bytes', 'requests a second'], [...rows, row('all', startedAt, endedAt)]),
)
