import { defineAction, input } from '@deploy-kit/core'
import { imageInputs } from '../shared/image-inputs.ts'
import { scanGateInputs, trivyInputs } from '../shared/scan-inputs.ts'

export const scanTrivy = defineAction({
  name: 'scan-trivy',
  title: 'deploy-kit: scan with Trivy',
  summary: 'Scans an image or a directory with Trivy and fails on the findings that you name, never on silence.',
  inputs: {
    ...imageInputs,
    'input-kind': input.choice(['auto', 'image', 'layout', 'filesystem'], {
      default: 'auto',
      about:
        'What `image` names: a reference, a directory with an OCI layout, or a directory of files. `auto` takes a directory that holds an `oci-layout` file for a layout, another directory for files, and anything else for a reference.',
    }),
    ...trivyInputs,
    ...scanGateInputs,
    timeout: input.duration({ default: 300_000, about: 'Time after which Trivy is killed and the step fails.' }),
    report: input.path({ default: 'trivy-report.json', about: "Where Trivy's full JSON report goes." }),
  },
  outputs: {
    counts: 'Findings per severity as JSON, such as {"critical":0,"high":2,…}.',
    failing: 'How many findings failed the step.',
    report: "Path of Trivy's JSON report.",
    'trivy-version': 'Version of the Trivy that scanned.',
    'database-age': 'Age of its vulnerability database in hours; a clean scan says no more than its database knows.',
  },
  permissions: { contents: ['read', 'to check out what is scanned'] },
  hosts: {
    'mirror.gcr.io, ghcr.io': 'Trivy fetches its vulnerability database from there, unless it has a recent one.',
    'the registry of the image': 'Trivy reads the image from there when `image` is a reference.',
  },
  branding: { icon: 'shield', color: 'blue' },
})
