import { setTimeout as delay } from 'node:timers/promises'
import { AdminProxy } from '../e2e/stage/admin-proxy.ts'
import type { ShopState } from '../e2e/stage/shop.ts'
import type { Stage } from '../e2e/stage/stage.ts'
import type { Fault } from './faults.ts'
import type { Moment } from './moments.ts'

/** What became of a release after a fault. Times in milliseconds from the fault. */
export interface Cell {
  readonly state: ShopState
  /** Until all of the traffic was on a side that stands whole. */
  readonly homeMs: number
  /** Until nothing was left behind: no canary, no lease. */
  readonly cleanMs: number
  readonly lost: number
  /** Requests lost while there was no edge. */
  readonly lostWithoutEdge: number
  readonly longestGapMs: number
  readonly sent: number
  readonly log: string
}

const requestsPerSecond = 150

/** Releases v2 over v1 under traffic, lets the fault strike at the moment, and watches. */
export const runCell = async (stage: Stage, fault: Fault, moment: Moment): Promise<Cell> => {
  await using shop = await stage.shop().serving('v1')
  await using proxy = await new AdminProxy(stage.edge.admin).listen()
  shop.admin = proxy.url
  shop.configured(moment.variables === undefined ? {} : { variables: moment.variables })
  proxy.hold = moment.hold
  const traffic = await shop.underTraffic(requestsPerSecond)
  const step = await shop.startsRelease('v2', { ...moment.inputs, ...fault.inputs }, fault.inRun)
  const run = shop.lastRun
  await moment.reached(shop, step, proxy)

  const over = new AbortController()
  let begunAt = performance.now()
  let homeAt: number | undefined
  let cleanAt: number | undefined
  let lostWithoutEdge = 0
  const watching = (async () => {
    while (!over.signal.aborted) {
      const state = await shop.state().catch(() => undefined)
      const now = performance.now()
      const isHome = state !== undefined && (state.weight === 0 || !moment.isAway)
      homeAt = isHome ? (homeAt ?? now) : undefined
      cleanAt = isHome && state.canary === null && state.lease === 'free' ? (cleanAt ?? now) : undefined
      await delay(5)
    }
  })()
  const begins = (): void => {
    begunAt = performance.now()
    homeAt = undefined
    cleanAt = undefined
    if (fault.killsTheEdge === true) lostWithoutEdge = traffic.count().lost
  }
  await fault.strikes({ stage, shop, step, run, proxy, begins }, moment)
  await delay(50)
  over.abort()
  await watching
  const { lost, longestGapMs, sent } = await traffic.stop()
  const since = (at: number | undefined): number => (at === undefined ? Number.NaN : Math.max(0, Math.round(at - begunAt)))
  return {
    state: await shop.state(),
    homeMs: since(homeAt),
    cleanMs: since(cleanAt),
    lost: lost - lostWithoutEdge,
    lostWithoutEdge,
    longestGapMs,
    sent,
    log: step.log(),
  }
}

/** Every cell must end so: everybody on one version that stands whole, nothing left behind, nothing lost. */
export const allIsWell = (fault: Fault, moment: Moment) => ({
  state: { stable: fault.serves ?? moment.serves, canary: null, weight: 0, lease: 'free' },
  lost: 0,
})
