import { defineAction, input } from '@deploy-kit/core'
import { dryRunInput } from '../shared/rollout-inputs.ts'
import { targetHosts, targetInputs } from '../shared/target-inputs.ts'

const day = 24 * 3_600_000

export const autoRollback = defineAction({
  name: 'auto-rollback',
  title: 'deploy-kit: roll back',
  summary: 'Returns an app to a release that was verified in its environment, or brings home what a dead run left behind.',
  inputs: {
    ...targetInputs,
    mode: input.choice(['list', 'plan', 'execute', 'reconcile'], {
      default: 'plan',
      about:
        '`list` shows the releases one can return to, `plan` what a rollback would do, `execute` does it, `reconcile` ends what a cancelled or killed run left behind and needs nothing else.',
    }),
    target: input.text({
      default: 'last-known-good',
      about:
        'Where to return to: `last-known-good`, a digest, or the number of a release in the list. Never "one step back": that one may be the broken one.',
    }),
    reason: input.text({ about: 'Why, in a sentence. Required for `execute`: it goes into the record.' }),
    'max-age': input.duration({
      default: 30 * day,
      about: 'The oldest release that may be returned to without being named by its digest.',
    }),
    'allow-unverified': input.boolean({
      default: false,
      about: 'Whether a release that was promoted here, but that neither a smoke test nor the judge has verified, will do.',
    }),
    'from-history': input.boolean({
      default: false,
      about:
        'Kubernetes: whether releases of which only the ReplicaSets of the workload know may be returned to, by digest and with `allow-unverified`. They come with the configuration of now where no copy of theirs is left.',
    }),
    smoke: input.path({ about: 'Smoke suite that the release must pass after the return. Default: the configuration, else none.' }),
    deadline: input.duration({ default: 10 * 60_000, about: 'Time for the whole rollback.' }),
    ...dryRunInput('`execute` shows what it would do.'),
  },
  outputs: {
    digest: 'Digest that serves now.',
    'from-digest': 'Digest that served before.',
    changed: '`true` when something was changed; a second rollback to the same place changes nothing.',
    candidates:
      'The releases one can return to, as JSON: digest, version, time, whether it was verified, and why not when it cannot be taken.',
  },
  permissions: { contents: ['read', 'to read the configuration from the checkout'] },
  hosts: targetHosts,
  finishesInPost: true,
  branding: { icon: 'rotate-ccw', color: 'blue' },
})
