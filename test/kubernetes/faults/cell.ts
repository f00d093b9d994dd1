import { setTimeout as delay } from 'node:timers/promises'
import { ApiProxy } from '../stage/api-proxy.ts'
import type { TestCluster } from '../stage/cluster.ts'
import { Shop, type ShopState } from '../stage/shop.ts'
import type { Fault } from './faults.ts'
import type { Moment } from './moments.ts'

/** What became of a release after a fault. */
export interface Cell {
  readonly state: ShopState
  /** Milliseconds from the fault to the last answer of the version that is given up. */
  readonly homeMs: number
  readonly lost: number
  readonly failed: number
  readonly longestGapMs: number
  readonly sent: number
  /** Requests to the API server from the start of the release to its end. */
  readonly apiRequests: number
  /** Requests to the API server between the fault and the one that brought the traffic home, that one included. */
  readonly requestsToHome: number
  readonly log: string
}

const requestsPerSecond = 100

/** Releases a version over `one` under traffic, lets the fault strike at the moment, and watches. */
export const runCell = async (cluster: TestCluster, fault: Fault, moment: Moment): Promise<Cell> => {
  await using proxy = await ApiProxy.before(cluster)
  await using shop = await Shop.serving(cluster, 'one')
  shop.kubeconfig = proxy.kubeconfig()
  shop.configured({ platform: { 'insecure-skip-tls-verify': true } })
  if (moment.hold !== undefined) proxy.hold = moment.hold
  const traffic = shop.underTraffic(requestsPerSecond)
  const step = shop.startsRelease(moment.version, { ...moment.inputs, ...fault.inputs }, { run: 'release' })
  await moment.reached(shop, step, proxy)

  let begunAt = Date.now()
  await fault.strikes({ shop, step, run: 'release', proxy, begins: () => (begunAt = Date.now()) })
  await delay(500)
  const { lost, failed, longestGapMs, sent } = await traffic.stop()
  const givenUp = moment.serves === 'one' ? moment.version : 'one'
  const lastAt = shop.answers.reduce((last, { at, version }) => (version === givenUp ? Math.max(last, at) : last), begunAt)
  const home = proxy.requests.find(({ at, method, path }) => at >= begunAt && method !== 'GET' && path.includes('/httproutes/'))
  return {
    state: await shop.state(),
    homeMs: lastAt - begunAt,
    lost,
    failed,
    longestGapMs,
    sent,
    apiRequests: proxy.requests.length,
    requestsToHome: home === undefined ? 0 : proxy.requests.filter(({ at }) => at >= begunAt && at <= home.at).length,
    log: step.log(),
  }
}
