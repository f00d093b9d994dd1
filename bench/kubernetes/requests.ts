// What a release asks of the API server: requests and bytes for each part of it, and the seconds that are neither bake nor readiness.
//   npm run bench:kubernetes:requests
import { setTimeout as delay } from 'node:timers/promises'
import { table } from '@deploy-kit/core'
import { ApiProxy, type Passed } from '../../test/kubernetes/stage/api-proxy.ts'
import { testCluster } from '../../test/kubernetes/stage/cluster.ts'
import { Shop } from '../../test/kubernetes/stage/shop.ts'
import { machine } from '../kit/machine.ts'
import { unready } from './unready.ts'

const perSecond = 200
const cluster = testCluster()
await using proxy = await ApiProxy.before(cluster)
await using shop = await Shop.serving(cluster, 'one', { replicas: 3 })
shop.kubeconfig = proxy.kubeconfig()
shop.configured({ platform: { 'insecure-skip-tls-verify': true } })
const traffic = shop.underTraffic(perSecond)
await delay(2_000)

/** A part of the release, from the moment at which its words came into the log. */
interface Part {
  readonly name: string
  readonly at: number
  /** When the judge was content with it. */
  passed?: number
}

const pods = unready(shop)
const startedAt = Date.now()
const step = shop.startsRelease('two', { steps: '10, 50, 100', 'bake-min': '1s', 'bake-max': '2m', poll: '1s' })
const parts: Part[] = [{ name: 'plan and lease', at: startedAt }]
const begins = async (name: string, holds: () => boolean): Promise<Part> => {
  await shop.eventually(async () => holds(), name, step)
  const part: Part = { name, at: Date.now() }
  parts.push(part)
  return part
}
const passes = (): number => (step.log().match(/ pass {2}/g) ?? []).length
await begins('prepare', () => step.log().includes('step 3'))
for (const [index, percent] of [10, 50, 100].entries()) {
  // What comes before a weight, such as more pods, belongs to the part before it.
  const part = await begins(`step of ${percent} %`, () => step.log().includes(` ${percent} % of the traffic`))
  await shop.eventually(async () => passes() > index, 'the judge is content', step)
  part.passed = Date.now()
}
parts.push({ name: 'promotion', at: Date.now() })
const { exitCode, log } = await step.ended
const endedAt = Date.now()
const waits = await pods.stop()
await traffic.stop()
if (exitCode !== 0) throw new Error(log)

const bytes = (requests: readonly Passed[]): string => `${Math.round(requests.reduce((sum, each) => sum + each.bytes, 0) / 1_000)} kB`
const row = (name: string, from: number, to: number, bakedMs: number): string[] => {
  const own = proxy.requests.filter(({ at }) => at >= from && at < to)
  const writes = own.filter(({ method }) => method !== 'GET').length
  const waitedMs = waits.reduce((sum, wait) => sum + Math.max(0, Math.min(wait.to, to) - Math.max(wait.from, from)), 0)
  const seconds = [to - from, bakedMs, waitedMs, to - from - bakedMs - waitedMs].map((ms) => (ms / 1_000).toFixed(1))
  return [name, ...seconds, String(own.length), String(writes), bytes(own)]
}
const baked = ({ at, passed = at }: Part): number => passed - at
const rows = parts.map((part, index) => row(part.name, part.at, parts[index + 1]?.at ?? endedAt, baked(part)))
const all = row(
  'all',
  startedAt,
  endedAt,
  parts.reduce((sum, part) => sum + baked(part), 0),
)
console.log(machine())
console.log(table(['part', 'seconds', 'bake', 'pods not ready', 'beyond both', 'requests', 'of them writes', 'bytes'], [...rows, all]))
