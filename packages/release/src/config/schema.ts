import { duration, durationOrZero, expected, keys, share, textMap, whole, words } from '@deploy-kit/core/yaml'
import { platformOptions } from '@deploy-kit/platforms'
import * as z from 'zod'
import { judgedMetrics, overdispersion, tolerance } from './metrics-schema.ts'

const yesOrNo = z.boolean({ error: expected('true or false') })
const oneOf = <const V extends readonly string[]>(...values: V) => z.enum(values, { error: expected(`one of ${values.join(', ')}`) })

const weight = whole('a weight', 0, 100).describe('Percent of requests that the canary answers.')

const bake = keys({
  min: duration.exactOptional().describe('Shortest time at a step.'),
  max: duration.exactOptional().describe('Longest time at a step; what happens then says `on-insufficient`.'),
}).describe('Time at a step: the judge ends it after `min` when the evidence suffices, and says at `max` that it does not.')

const step = z
  .union(
    [
      weight,
      keys({
        weight,
        bake: bake.exactOptional(),
        gates: z.array(oneOf('smoke')).exactOptional().describe('Checks of the canary at this step.'),
        approval: yesOrNo.exactOptional().describe('Whether somebody must approve before the next step.'),
      }),
    ],
    { error: expected('a weight from 0 to 100, or a mapping with weight, bake, gates, approval') },
  )
  .describe('One step: a weight, or a weight with a bake, gates and approval of its own.')

const strategy = z
  .union([
    oneOf('canary', 'blue-green', 'rolling'),
    keys({
      canary: keys({
        steps: z.array(step).min(1).exactOptional().describe('The steps in order; each weight is above the one before.'),
        bake: bake.exactOptional(),
      }),
    }),
    keys({
      'blue-green': keys({
        'approve-preview': yesOrNo.exactOptional().describe('Whether somebody must approve before the traffic is switched.'),
        'keep-old-for': duration
          .exactOptional()
          .describe(
            'How long the old side is kept whole after the switch, so that the way back is one write. Default: as long as the bake takes.',
          ),
        bake: bake.exactOptional(),
      }),
    }),
  ])
  .describe('How the traffic moves.')

const judge = keys({
  'false-rollbacks': share.exactOptional().describe('Share of good releases that may wrongly be sent back, over the whole rollout.'),
  'false-promotions': share.exactOptional().describe('Chance that a step passes a canary that is worse than the step tolerates.'),
  harm: share.exactOptional().describe('Share of all requests that may fail because of the canary.'),
  tolerance: tolerance.exactOptional(),
  overdispersion: overdispersion.exactOptional(),
  ...judgedMetrics,
}).describe('How the canary is judged.')

/** Each platform brings the schema of its own options. */
const platform = z
  .union([keys({ kubernetes: await platformOptions.kubernetes() }), keys({ local: await platformOptions.local() })], {
    error: expected(`a mapping with one of the keys ${Object.keys(platformOptions).join(', ')}`),
  })
  .describe('Where the app runs.')

const anOption = 'an option such as --name=value'

/** Who must have signed the record of a scan. */
const signer = keys({
  key: words.exactOptional().describe('Public key: a file, relative to this one, or one in a key store such as awskms://….'),
  identity: words
    .exactOptional()
    .describe('Identity in the certificate, instead of a key: for GitHub Actions the address of the workflow with its ref.'),
  issuer: words.exactOptional().describe('Who vouches for the identity. Default: GitHub Actions.'),
  options: z
    .array(z.string({ error: expected(anOption) }).startsWith('--', { error: expected(anOption) }))
    .exactOptional()
    .describe('Further options for cosign, such as --certificate-github-workflow-repository=acme/shop.'),
}).refine(({ key, identity }) => (key === undefined) !== (identity === undefined), { error: 'expected either `key` or `identity`' })

const environment = keys({
  after: words.exactOptional().describe('Environment in which the same digest must have been promoted and verified before.'),
  platform,
  variables: textMap
    .exactOptional()
    .describe('Environment variables that the release runs with. No secrets: they are stored with the release.'),
  strategy: strategy.exactOptional(),
  judge: judge.exactOptional(),
  smoke: words.exactOptional().describe('Smoke suite, relative to this file.'),
  scan: keys({
    'max-age': duration.describe('How long ago the scan of the digest may be.'),
    'signed-by': signer.exactOptional().describe('Who must have signed the record of the scan. cosign verifies it, and must be on PATH.'),
  })
    .exactOptional()
    .describe('Releases only what was scanned and passed, as `scan-record` shows, or with `signed-by` an attestation beside the image.'),
  watch: durationOrZero.exactOptional().describe('How long the judge goes on watching after the promotion; 0s for not at all.'),
  'on-insufficient': oneOf('hold', 'promote-if-within-tolerance', 'abort')
    .exactOptional()
    .describe(
      'What happens at `bake.max` without evidence enough: wait until the deadline, go on if the rates seen so far are within the tolerance, or go back.',
    ),
  'on-cancel': oneOf('abort', 'freeze')
    .exactOptional()
    .describe('What a cancelled job leaves behind: all traffic on stable, or the weight as it stands for a while.'),
  deadline: duration.exactOptional().describe('The rollout goes back when it has not reached its promotion by then.'),
  poll: duration.exactOptional().describe('Time between two looks of the judge.'),
})

/** The definition of deploy-kit.yml; schema/deploy-kit.schema.json is generated from it. Durations become milliseconds, shares fractions. */
export const configSchema = keys({
  $schema: words.exactOptional().describe('For editors: where the JSON Schema of this file is.'),
  app: z
    .string({ error: expected('a name') })
    .regex(/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/, { error: expected('a name of lower-case letters, digits and dashes') })
    .describe('Name of the app.'),
  environments: z
    .record(z.string(), environment, { error: expected('a mapping of environments') })
    .describe('The environments by their names.'),
})

export type Config = z.output<typeof configSchema>
export type EnvironmentConfig = z.output<typeof environment>

/** JSON Schema of deploy-kit.yml, for editors. */
export const configJsonSchema = (): unknown => z.toJSONSchema(configSchema, { target: 'draft-2020-12', io: 'input', reused: 'ref' })
