import { stringify } from 'yaml'
import type { ActionDefinition } from '@deploy-kit/core'
import { buildImage } from '../../actions/build-image/action.ts'
import { scanTrivy } from '../../actions/scan-trivy/action.ts'
import { inputMetadata } from './action-metadata.ts'
import type { GeneratedFile } from './generated-file.ts'

/** What the chain decides itself: what is scanned is what was built, and there is no dry run of half of it. */
const ownBusiness: Readonly<Record<string, readonly string[]>> = {
  'build-image': ['digest', 'digests', 'content-hash', 'dry-run'],
  'scan-trivy': ['image', 'digest', 'input-kind'],
}

/** Of these the last step that ran tells. */
const outcome = ['outcome', 'reason-code', 'reason', 'result']

/**
 * `build-and-scan/action.yml`: build, scan, tags, in this order. The image is pushed by its digest; its tags move when the scan is content, so
 * that one that is found bad has none.
 */
export const buildAndScan = (): GeneratedFile => {
  const metadata = {
    name: 'deploy-kit: build and scan',
    description: 'Builds an image, scans it with Trivy, and moves its tags when the scan is content; hands on the digest.',
    author: 'deploy-kit contributors',
    branding: { icon: 'shield', color: 'blue' },
    inputs: Object.fromEntries(
      [scanTrivy, buildImage].flatMap((definition) =>
        passed(definition).map(([name, spec]) => [name, { ...inputMetadata(spec), required: false }]),
      ),
    ),
    outputs: outputs(),
    runs: {
      using: 'composite',
      steps: [
        step('Build the image', 'build', 'build-image', {
          ...given(buildImage),
          push: "${{ inputs.push == 'true' && 'digest' || inputs.push }}",
        }),
        step('Scan the image', 'scan', 'scan-trivy', {
          ...given(scanTrivy),
          image: '${{ steps.build.outputs.image }}',
          digest: '${{ steps.build.outputs.digest }}',
        }),
        {
          ...step('Move the tags', 'publish', 'build-image', {
            ...given(buildImage, tagInputs),
            'content-hash': '${{ steps.build.outputs.content-hash }}',
            digest: '${{ steps.build.outputs.digest }}',
          }),
          if: "${{ inputs.push == 'true' }}",
        },
      ],
    },
  }
  const notice =
    '# Generated from actions/build-image/action.ts and actions/scan-trivy/action.ts. Change those and run `npm run generate`.\n'
  return { path: 'build-and-scan/action.yml', text: notice + stringify(metadata, { lineWidth: 0, aliasDuplicateObjects: false }) }
}

/** What giving tags needs to know. */
const tagInputs = [
  'images',
  'context',
  'file',
  'tags',
  'flavor',
  'registry-username',
  'registry-password',
  'registry-logins',
  'registry-identities',
  'sign',
  'sign-key',
  'sign-options',
  'size-budget',
  'size-baseline',
]

const passed = ({ name, inputs }: ActionDefinition) =>
  Object.entries(inputs).filter(([input]) => ownBusiness[name]?.includes(input) !== true)

const given = (definition: ActionDefinition, names?: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    passed(definition)
      .filter(([name]) => names === undefined || names.includes(name))
      .map(([name]) => [name, `\${{ inputs.${name} }}`]),
  )

const step = (name: string, id: string, action: string, inputs: Readonly<Record<string, string>>) => ({
  name,
  id,
  uses: `$/${action}`,
  with: inputs,
})

const outputs = () => {
  const own = (definition: ActionDefinition, id: string) =>
    Object.entries(definition.outputs)
      .filter(([name]) => !outcome.includes(name))
      .map(([name, description]) => [name, { description, value: `\${{ steps.${id}.outputs.${name} }}` }] as const)
  const last = outcome.map((name) => {
    const steps = ['publish', 'scan', 'build'].map((id) => `steps.${id}.outputs.${name}`)
    return [
      name,
      { description: scanTrivy.outputs[name as keyof typeof scanTrivy.outputs], value: `\${{ ${steps.join(' || ')} }}` },
    ] as const
  })
  return Object.fromEntries([...last, ...own(scanTrivy, 'scan'), ...own(buildImage, 'build')])
}
