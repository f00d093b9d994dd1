import { duration, expected, keys, share } from '@deploy-kit/core/yaml'
import { probeOptions, sourceOptions, type MetricKind, type SourceName, type SourceSchemas } from '@deploy-kit/metrics'
import * as z from 'zod'

const atLeastOne = z.number({ error: expected('a number from 1') }).min(1, { error: expected('a number from 1') })

/** A canary is as good as stable while its rate is at most ratio x stable + absolute. */
export const tolerance = keys({
  ratio: atLeastOne.exactOptional().describe('So many times as often as stable the canary may fail.'),
  absolute: share.exactOptional().describe('And this share of its requests more.'),
}).describe('A canary is as good as stable while its failure rate is at most ratio x stable + absolute.')

export const overdispersion = atLeastOne.describe(
  'So many failures count as one since they come in clumps; 1 for independent ones. Found out when it is not given.',
)

const role = z
  .enum(['critical', 'advisory'], { error: expected('one of critical, advisory') })
  .describe('`critical`: can send the canary back, and must be sound for a step to pass. `advisory`: is reported only.')

const budget = {
  'budget-share': z
    .number({ error: expected('a number above 0') })
    .positive({ error: expected('a number above 0') })
    .exactOptional()
    .describe('Part of the false-rollback budget, relative to the other metrics. Default 2 for errors, 1 for others.'),
  overdispersion: overdispersion.exactOptional(),
}

const slo = duration.describe('Within which a request should be answered: the share of slower ones becomes a metric of its own.')

/** Which source gives which kind of metric, each with the schema of its own options. */
const schemas: ReadonlyMap<SourceName, SourceSchemas> = new Map(
  await Promise.all(
    (Object.entries(sourceOptions) as [SourceName, () => Promise<SourceSchemas>][]).map(
      async ([name, load]): Promise<[SourceName, SourceSchemas]> => [name, await load()],
    ),
  ),
)

/** The sources that can give a kind, as keys of which at most one is there. Their own keys stand on their own pages. */
const sourcesOf = (kind: MetricKind): Readonly<Record<string, z.ZodExactOptional>> =>
  Object.fromEntries(
    [...schemas].flatMap(([name, { [kind]: options }]) => {
      if (options === undefined) return []
      const page = {
        description: `Counted by the source \`${name}\`, see docs/metric-sources.md.`,
        $comment: `packages/metrics/src/${name}/README.md`,
      }
      return [[name, options.exactOptional().meta(page)]]
    }),
  )

/** The part of a metric that names its source. */
type Sourced = Readonly<Record<string, unknown>>

const named = (metric: Sourced): readonly SourceName[] => [...schemas.keys()].filter((name) => metric[name] !== undefined)

const atMostOne = (metric: Sourced): boolean => named(metric).length <= 1
const exactlyOne = (metric: Sourced): boolean => named(metric).length === 1

const listOf = (kind: MetricKind): string => Object.keys(sourcesOf(kind)).join(', ')

/** Failures of the requests. Without a source the platform counts them. */
const errors = keys({ ...sourcesOf('ratio'), ...budget })
  .refine(atMostOne, { error: 'names several sources; one metric comes from one' })
  .describe('Failures of the requests: where they are counted, and what they weigh. Without a source the platform counts them.')

/** Latency of the requests. */
const latency = keys({
  ...sourcesOf('histogram'),
  slo: slo.exactOptional(),
  role: role.exactOptional(),
  tolerance: tolerance.exactOptional(),
  ...budget,
})
  .refine(atMostOne, { error: 'names several sources; one metric comes from one' })
  .describe("Latency of the requests, by a histogram. Without a source it is the platform's own. Not judged when this is absent.")

const further = { role: role.exactOptional(), tolerance: tolerance.exactOptional(), ...budget }
const one = (kind: MetricKind): { error: string } => ({ error: `names no source, or several; expected one of ${listOf(kind)}` })

const metric = z
  .discriminatedUnion(
    'kind',
    [
      keys({ kind: z.literal('ratio'), ...sourcesOf('ratio'), ...further }).refine(exactlyOne, one('ratio')),
      keys({ kind: z.literal('histogram'), ...sourcesOf('histogram'), slo: slo.exactOptional(), ...further }).refine(
        exactlyOne,
        one('histogram'),
      ),
      keys({ kind: z.literal('gauge'), ...sourcesOf('gauge'), ...further }).refine(exactlyOne, one('gauge')),
    ],
    { error: 'expected a mapping with `kind: ratio`, `histogram` or `gauge`, and a source' },
  )
  .describe('A further metric. A gauge is a weak witness, and advisory unless its role says otherwise.')

/** The parts of `judge` that say what is judged. */
export const judgedMetrics = {
  errors: errors.exactOptional(),
  latency: latency.exactOptional(),
  metrics: z
    .record(z.string().regex(/^(?!errors$|latency$|probe$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/), metric, {
      error: (issue) =>
        issue.code === 'invalid_key'
          ? 'a metric has a name of lower-case letters, digits and dashes, other than errors, latency and probe, which have places of their own'
          : expected('a mapping of metrics')(issue),
    })
    .exactOptional()
    .describe('Further metrics, by name.'),
  probe: (await probeOptions()).exactOptional(),
}
