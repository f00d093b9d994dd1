import { defineAction, input } from '@deploy-kit/core'
import { buildInputs, publicationInputs } from '../shared/build-inputs.ts'
import { manifestInputs } from '../shared/image-inputs.ts'
import { registryInputs } from '../shared/registry-inputs.ts'
import { dryRunInput, leaseInputs, rolloutInputs } from '../shared/rollout-inputs.ts'
import { scanGateInputs, scanTermInputs, trivyInputs } from '../shared/scan-inputs.ts'
import { targetHosts, targetInputs } from '../shared/target-inputs.ts'

export const deployKit = defineAction({
  name: 'deploy-kit',
  title: 'deploy-kit',
  summary: 'The whole pipeline in one step: builds, scans, releases step by step under a judge, smoke-tests, and comes back by itself.',
  inputs: {
    ...targetInputs,
    image: input.text({ about: 'Image to release instead of building one: a reference, or a directory that holds an OCI layout.' }),
    digest: input.digest({ about: 'Digest of `image`.' }),
    ...manifestInputs,
    version: input.text({ about: 'Name of the version for people. Default: the short commit.' }),
    ...buildInputs,
    ...publicationInputs,
    ...registryInputs,
    scan: input.choice(['required', 'off'], {
      default: 'required',
      about: 'Whether the image must pass a scan before it is released. `off` is written into the record.',
    }),
    trivy: trivyInputs.trivy,
    install: trivyInputs.install,
    'trivy-version': trivyInputs['trivy-version'],
    ...scanGateInputs,
    'kev-feed': scanTermInputs['kev-feed'],
    ...rolloutInputs,
    ...leaseInputs,
    ...dryRunInput(
      'the image is built and scanned, with `push` by its digest and without a tag, and the plan is checked against the target and shown.',
    ),
  },
  outputs: {
    digest: 'Digest that serves now, read back from the running instances.',
    'previous-digest': 'Digest that served before; empty for a first release.',
    image: 'Where the released image is: a reference with its digest, or the directory of its OCI layout.',
    weight: 'Percent of requests that the canary has now: 0 unless the rollout was frozen.',
    promoted: '`true` when the new version serves everybody, else `false`.',
    mutated: '`true` as soon as anything in the target was touched.',
    stages: 'What became of build, scan, publish and deploy, as JSON.',
  },
  permissions: { contents: ['read', 'to check out the sources, the configuration and the smoke suite'] },
  hosts: {
    'mirror.gcr.io, ghcr.io, public.ecr.aws':
      'Trivy fetches its vulnerability database from the first that answers, unless there is a recent one.',
    'github.com, release-assets.githubusercontent.com': 'Trivy itself is fetched from there, when it has to be installed.',
    ...targetHosts,
  },
  finishesInPost: true,
  branding: { icon: 'repeat', color: 'blue' },
})
