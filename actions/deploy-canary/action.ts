import { defineAction, input } from '@deploy-kit/core'
import { imageInputs, manifestInputs } from '../shared/image-inputs.ts'
import { dryRunInput, leaseInputs, rolloutInputs } from '../shared/rollout-inputs.ts'
import { scanRecordInputs } from '../shared/scan-record-inputs.ts'
import { targetHosts, targetInputs } from '../shared/target-inputs.ts'

export const deployCanary = defineAction({
  name: 'deploy-canary',
  title: 'deploy-kit: deploy a canary',
  summary: 'Releases an image step by step, judges it on live traffic, and comes back by itself.',
  inputs: {
    ...targetInputs,
    ...imageInputs,
    ...manifestInputs,
    version: input.text({ about: 'Name of the version for people. Default: the short commit.' }),
    ...scanRecordInputs,
    ...rolloutInputs,
    ...leaseInputs,
    ...dryRunInput('the plan is checked against the target and shown.'),
  },
  outputs: {
    digest: 'Digest that serves now, read back from the running instances.',
    'previous-digest': 'Digest that served before; empty for a first release.',
    weight: 'Percent of requests that the canary has now: 0 unless the rollout was frozen.',
    promoted: '`true` when the new version serves everybody, else `false`.',
    mutated: '`true` as soon as anything in the target was touched.',
    plan: 'The plan as JSON.',
  },
  permissions: { contents: ['read', 'to read the configuration and the smoke suite from the checkout'] },
  hosts: targetHosts,
  finishesInPost: true,
  branding: { icon: 'trending-up', color: 'blue' },
})
