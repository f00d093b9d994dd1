import type { Step } from '../../../packages/cli/src/runner/step.ts'
import type { ApiProxy, Hold } from '../stage/api-proxy.ts'
import type { VersionName } from '../stage/cluster.ts'
import type { Inputs, Shop } from '../stage/shop.ts'

/** A moment of a release of another version over `one`, at which something goes wrong. */
export interface Moment {
  readonly name: string
  readonly version: VersionName
  /** Makes the release stay at the moment. */
  readonly inputs: Inputs
  readonly hold?: Hold
  reached(shop: Shop, step: Step, proxy: ApiProxy): Promise<unknown>
  /** What serves everybody when all is over: before the promotion the old version, afterwards the new one. */
  readonly serves: VersionName
}

const stays: Inputs = { 'bake-min': '100s', 'bake-max': '100s' }

const atWeight = (weight: number): Moment => ({
  name: `${weight} %`,
  version: 'two',
  inputs: { ...stays, steps: weight === 100 ? '100' : `${weight}, 100` },
  // Not before the judge has looked, so that there is something to take along.
  reached: (shop, step) => shop.eventually(async () => step.log().includes('insufficient'), `a look at ${weight} %`, step),
  serves: 'one',
})

const promotes = ({ method, path }: { readonly method: string; readonly path: string }): boolean =>
  method === 'PATCH' && /\/deployments\/web\?/.test(path) && !path.includes('dryRun')

const whilePromoting = (name: string, when: Hold['when']): Moment => ({
  name,
  version: 'two',
  inputs: { steps: '100', 'bake-min': '200ms', 'bake-max': '300ms', 'on-insufficient': 'promote-if-within-tolerance' },
  hold: { when, matches: promotes },
  reached: (_shop, _step, proxy) => proxy.held,
  serves: 'two',
})

export const moments: readonly Moment[] = [
  {
    name: 'preparing',
    version: 'slow20',
    inputs: { ...stays, steps: '50, 100' },
    reached: (shop, step) => shop.eventually(async () => (await shop.deployment('web-canary')) !== undefined, 'a canary', step),
    serves: 'one',
  },
  atWeight(10),
  atWeight(50),
  atWeight(100),
  whilePromoting('promoting', 'before'),
  // Stable has its new template, and the answer is on its way.
  whilePromoting('promoted', 'after'),
]
