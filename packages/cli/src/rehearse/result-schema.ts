import * as z from 'zod'

const milliseconds = z.number().describe('Milliseconds since the rehearsal began.')
const lasted = z.number().min(0).describe('Milliseconds.')
const amount = z.int().min(0)
const weight = z.number().min(0).max(100).describe('Percent of the requests.')
const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/)
const odds = z.number().min(0).nullable()
const entry = <S extends z.ZodRawShape>(shape: S) => z.strictObject(shape).readonly()
const list = <S extends z.ZodType>(item: S) => z.array(item).readonly()

export const builtVersion = entry({ version: z.string(), digest, sizeBytes: amount, tookMs: lasted })

export const scanStage = entry({
  status: z.enum(['passed', 'failed', 'not-run']).describe('`not-run`: there is no Trivy here; the rehearsal says so and goes on.'),
  text: z.string(),
})

export const look = entry({
  atMs: milliseconds,
  weight: weight.describe('Weight at the look; 0 while a promoted version is watched.'),
  verdict: z.string(),
  text: z.string(),
  against: odds.describe('"x : 1" that the canary is worse.'),
  againstNeeded: odds.describe('"x : 1" that sends it back.'),
  promotion: odds.describe('"x : 1" that it is good enough for this step.'),
  promotionNeeded: odds.describe('"x : 1" that the step needs.'),
})

export const rehearsedRelease = entry({
  name: z.enum(['first', 'good', 'bad', 'killed']),
  title: z.string(),
  version: z.string(),
  digest,
  outcome: z.string(),
  reasonCode: z.string().describe('A page in docs/reason-codes.'),
  reason: z.string(),
  ok: z.boolean().describe('Whether it ended as it should.'),
  fromMs: milliseconds,
  toMs: milliseconds,
  plan: list(z.string()),
  weights: list(entry({ atMs: milliseconds, weight })).describe('Weights as they came into place; 100 for the promotion.'),
  looks: list(look).describe('What the judge said at each look.'),
  steps: list(
    entry({
      weight,
      saidMs: lasted
        .nullable()
        .describe("The judge's forecast in the step, from its begin; null when the step was over before there was one."),
      tookMs: lasted,
    }),
  ).describe('What the forecast said of each judged step, and how long it took.'),
  exposed: entry({ answered: amount, failed: amount }).describe(
    'Answers that users got from this version until its release had ended, and how many of them were its failures.',
  ),
  detectedAfterMs: lasted.exactOptional().describe('Bad version: milliseconds from its first traffic to the verdict.'),
  homeAfterKillMs: lasted.exactOptional().describe('Killed release: milliseconds from the kill to all traffic on stable.'),
  homeAfterReconcileMs: lasted.exactOptional().describe('Of that, milliseconds from the start of `reconcile`.'),
})

const traffic = entry({
  sent: amount,
  answered: amount,
  lost: amount.describe(
    'Requests without an answer of any version: connection refused or reset, no answer in time, or 502, 503, 504 of the edge.',
  ),
  failed: amount.describe("Answers of a version with a status of 500 or above: the version's own failures."),
  longestGapMs: lasted.describe('Longest time between two answers, in milliseconds.'),
  perSecond: z.number().min(0).describe('Requests a second that were sent.'),
})

/** The definition of a rehearsal's result; types and schema/rehearsal.schema.json follow from it. */
export const rehearsalResult = entry({
  version: z.literal(1).describe('Version of this document. A field is removed or changes its meaning only in the next one.'),
  kind: z.literal('rehearsal'),
  ok: z.boolean().describe('The good release was promoted, the bad one sent back, the killed one came home, and nothing was lost.'),
  startedAt: z.iso.datetime(),
  durationMs: lasted,
  images: list(builtVersion),
  scan: scanStage,
  traffic,
  releases: list(rehearsedRelease),
  report: z.string().describe('Path of the HTML report.'),
}).describe('What a rehearsal shows at its end, as `npm start -- --json` prints it.')

export const rehearsalJsonSchema = (): unknown =>
  z.toJSONSchema(rehearsalResult, {
    target: 'draft-2020-12',
    // `readonly` is for our types; in a document it would say that nobody may write one.
    override: ({ jsonSchema }) => void delete jsonSchema.readOnly,
  })
