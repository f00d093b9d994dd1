import type { VersionName } from '../../test/kubernetes/stage/cluster.ts'
import type { Inputs } from '../../test/kubernetes/stage/shop.ts'
import type { Measured, Scenario } from './scenario.ts'

const back = ({ stable, canary, weight, lease }: Measured['state'], version: VersionName): boolean =>
  stable === version && canary === null && weight === 0 && lease === 'free'
const promoted = ({ outcome, state }: Measured, version: VersionName): boolean => outcome === 'promoted' && back(state, version)
const sentBack = ({ outcome, state, specUnchanged }: Measured, version: VersionName): boolean =>
  outcome === 'aborted' && back(state, version) && specUnchanged

const canary: Inputs = { steps: '10, 25, 50, 100' }

export const scenarios: readonly Scenario[] = [
  {
    name: 'bad version, 30 % errors',
    peer: 'Argo tuned hard: 3.1 s exposed, 15 failed, 1.5 % of users',
    bar: '<= 3 s exposed, <= 12 failed',
    from: 'one',
    to: 'bad30',
    inputs: canary,
    // Each request of this workload fails by itself, so nothing has to be found out.
    settings: { judge: { overdispersion: 1 } },
    isWithinBar: (it) => sentBack(it, 'one') && it.exposedS <= 3 && it.failed <= 12 && it.lost === 0,
  },
  {
    name: 'bad version, 5 % errors',
    peer: 'Argo: 10.1 s exposed, 12 failed, 1.2 % of users',
    bar: '<= 6 s exposed, <= 8 failed',
    from: 'one',
    to: 'bad05',
    inputs: canary,
    settings: { judge: { overdispersion: 1 } },
    isWithinBar: (it) => sentBack(it, 'one') && it.exposedS <= 6 && it.failed <= 8 && it.lost === 0,
  },
  {
    name: '5 % more errors where stable fails 1.5 %',
    peer: 'fixed lines stop good versions here',
    bar: 'found',
    from: 'leaky',
    to: 'leaky-bad',
    inputs: canary,
    isWithinBar: (it) => sentBack(it, 'leaky') && it.lost === 0,
  },
  {
    name: 'good version where stable fails 1.5 %',
    peer: 'fixed lines stop good versions here',
    bar: 'promoted',
    from: 'leaky',
    to: 'leaky-two',
    inputs: { ...canary, 'bake-max': '4m' },
    // Where 1.5 % fail anyway, a team allows a new version to cost another percent before it calls it worse.
    settings: { judge: { harm: '1%' } },
    isWithinBar: (it) => promoted(it, 'leaky-two') && it.lost === 0,
  },
  {
    name: 'slow start (20 s), blue-green',
    peer: 'k8s-deploy: 4,215 lost, job green',
    bar: '0 lost',
    from: 'one',
    to: 'slow20',
    inputs: { strategy: 'blue-green' },
    isWithinBar: (it) => promoted(it, 'slow20') && it.lost === 0,
  },
  {
    name: 'never ready',
    peer: 'fails after 61 s, pod left behind; k8s-deploy 12,515 lost',
    bar: '0 lost, nothing left behind',
    from: 'one',
    to: 'never',
    inputs: canary,
    settings: { platform: { 'ready-within': '20s' } },
    isWithinBar: (it) => sentBack(it, 'one') && it.lost === 0 && Number.isNaN(it.exposedS),
  },
  {
    name: 'crash loop',
    peer: 'fails after 61 s, pod left behind; k8s-deploy 12,171 lost',
    bar: 'reported with reason within 15 s, 0 lost, nothing left behind',
    from: 'one',
    to: 'crash',
    inputs: canary,
    isWithinBar: (it) => sentBack(it, 'one') && it.lost === 0 && it.tookS <= 15 && it.reason.includes('nowhere'),
  },
  {
    name: 'good version, almost no traffic',
    peer: 'Flagger rolls it back, Argo aborts it',
    bar: 'held: not enough evidence',
    from: 'one',
    to: 'two',
    perSecond: 0.05,
    inputs: { ...canary, 'bake-max': '30s' },
    // Its longest bake ends without evidence, and it stands at 10 % for somebody to decide.
    story: async (shop, release) => {
      const step = release()
      await shop.reachesWeight(10, step)
      await shop.eventually(async () => step.log().split('insufficient').length > 5, 'five lines of the judge', step)
      return step.cancel()
    },
    isWithinBar: (it) =>
      !it.log.includes('fail  ') && !it.log.includes('25 % of') && it.reasonCode === 'cancelled' && back(it.state, 'one') && it.lost === 0,
  },
  {
    name: 'good version, synthetic probes',
    peer: 'not there',
    bar: 'promoted',
    from: 'one',
    to: 'two',
    perSecond: 0.05,
    inputs: canary,
    settings: { judge: { probe: { path: '/', 'per-second': 50 } } },
    isWithinBar: (it) => promoted(it, 'two') && it.lost === 0,
  },
  {
    name: 'good rollout 10-25-50-100',
    peer: 'Argo tight: 95 s, nobody checks the last jump',
    bar: '<= 95 s with evidence at every step, 0 lost',
    from: 'one',
    to: 'two',
    inputs: canary,
    isWithinBar: (it) => promoted(it, 'two') && it.lost === 0 && it.tookS <= 95 && it.log.split('pass  ').length === 5,
  },
  {
    name: 'driver killed (-9) at 10 % with a bad version',
    peer: 'k8s-deploy: stays on bad until a person acts; controllers 16-20 s after restart',
    bar: '<= 2 s after reconcile starts',
    from: 'one',
    to: 'bad30',
    inputs: { ...canary, poll: '60s' },
    story: async (shop, release) => {
      const step = release()
      await shop.reachesWeight(10, step)
      step.kill('SIGKILL')
      await step.ended
      shop.marks.set('reconcile', Date.now())
      return shop.reconciles('run-1')
    },
    isWithinBar: (it) => back(it.state, 'one') && it.specUnchanged && it.lost === 0 && it.homeAfterMarkS <= 2,
  },
]
