import { setTimeout as delay } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { TestCluster } from '../../test/kubernetes/stage/cluster.ts'
import { Shop } from '../../test/kubernetes/stage/shop.ts'
import type { Measured, Scenario } from './scenario.ts'
import { exposureTo } from './trace.ts'

export interface Row extends Measured {
  readonly name: string
  readonly peer: string
  readonly bar: string
  readonly isWithinBar: boolean
  readonly judgement: string
}

const perSecond = 200
const replicas = 3
/** As for the peers: traffic begins before the trigger and goes on for a while after the end. */
const beforeMs = 5_000
const afterMs = 2_000

const inputs = { 'bake-min': '1s', 'bake-max': '2m', poll: '500ms' }

export const runScenario = async (cluster: TestCluster, scenario: Scenario): Promise<Row> => {
  await using shop = await Shop.serving(cluster, scenario.from, { replicas })
  shop.configured(scenario.settings)
  const before = (await shop.deployment())?.spec
  const traffic = shop.underTraffic(scenario.perSecond ?? perSecond)
  await delay(beforeMs)
  const triggeredAt = Date.now()
  const release = () => shop.startsRelease(scenario.to, { ...inputs, ...scenario.inputs })
  const { outputs, log, exitCode } = await (scenario.story?.(shop, release) ?? release().ended)
  const tookS = (Date.now() - triggeredAt) / 1_000
  await delay(afterMs)
  await traffic.stop()
  const exposure = exposureTo(scenario.to, shop.answers, triggeredAt)
  const mark = shop.marks.get('reconcile')
  const measured: Measured = {
    ...exposure,
    outcome: outputs['outcome'] ?? `status ${exitCode}`,
    reasonCode: outputs['reason-code'] ?? '',
    reason: outputs['reason'] ?? '',
    log,
    state: await shop.state(),
    specUnchanged: isDeepStrictEqual((await shop.deployment())?.spec, before),
    exposedS: exposure.lastAt - exposure.firstAt,
    tookS,
    homeAfterMarkS: mark === undefined ? Number.NaN : exposure.lastAt - (mark - triggeredAt) / 1_000,
  }
  const isWithinBar = scenario.isWithinBar(measured)
  const judgement = isWithinBar ? 'within the bar' : `NOT within the bar\n${JSON.stringify({ ...measured, log: undefined })}\n${log}`
  return { ...measured, name: scenario.name, peer: scenario.peer, bar: scenario.bar, isWithinBar, judgement }
}
