import type { Step } from '../../packages/cli/src/runner/step.ts'
import type { AdminProxy } from '../e2e/stage/admin-proxy.ts'
import type { Hold } from '../fakes/fault-proxy.ts'
import type { ActionInputs, Shop } from '../e2e/stage/shop.ts'
import type { VersionName } from '../e2e/stage/versions.ts'

/** A moment of a release of v2 over v1 at which something goes wrong. */
export interface Moment {
  readonly name: string
  /** Makes the release stay at the moment. */
  readonly inputs: ActionInputs
  readonly variables?: Readonly<Record<string, string>>
  readonly hold?: Hold
  /** Resolves when the release is there. */
  reached(shop: Shop, step: Step, proxy: AdminProxy): Promise<unknown>
  /** What serves everybody when all is over: before the promotion the old version, afterwards the new one. */
  readonly serves: VersionName
  /** Whether part of the traffic, or all of it, is on the side that is given up. */
  readonly isAway: boolean
}

const stays = { 'bake-min': '60s', 'bake-max': '120s' }
const passes = { steps: '100', 'bake-min': '200ms', 'bake-max': '300ms' }

const atWeight = (weight: number): Moment => ({
  name: `${weight} %`,
  inputs: { ...stays, steps: weight === 100 ? '100' : `${weight}, 100` },
  // Not before the judge has looked, so that there is something to take along.
  reached: (shop, step) => shop.reachesPhase(new RegExp(`^baking, .* ${weight} %$`), step, { judged: true }),
  serves: 'v1',
  isAway: true,
})

const whilePromoting = (name: string, when: Hold['when']): Moment => ({
  name,
  inputs: { ...passes, watch: '60s' },
  hold: { when, matches: ({ method, path }) => method === 'POST' && path.endsWith('/promote') },
  reached: (_shop, _step, proxy) => proxy.held,
  serves: 'v2',
  isAway: false,
})

export const moments: readonly Moment[] = [
  {
    name: 'preparing',
    inputs: { ...stays, steps: '50, 100' },
    variables: { START_DELAY_MS: '3000' },
    reached: (shop, step) => shop.reaches({ canary: 'v2' }, step),
    serves: 'v1',
    isAway: false,
  },
  atWeight(5),
  atWeight(25),
  atWeight(50),
  atWeight(100),
  whilePromoting('promoting', 'before'),
  // The edge has promoted, and the answer is on its way.
  whilePromoting('promoted', 'after'),
  {
    name: 'watching',
    inputs: { ...passes, watch: '60s' },
    reached: (shop, step) => shop.reachesPhase(/^watching/, step),
    serves: 'v2',
    isAway: false,
  },
]
