import { KitError, type HttpAnswer } from '@deploy-kit/core'
import * as z from 'zod'
import { parseNumber } from '../exposition/parse.ts'
import type { Sample } from '../exposition/sample.ts'
import type { MetricKind } from '../source.ts'
import { jsonOf, okAnswer, type AnswerWords } from '../http/judge-status.ts'
import { classicBuckets, nativeHistogram } from './native-histogram.ts'

const vector = z.object({
  resultType: z.literal('vector'),
  result: z.array(
    z.object({
      metric: z.record(z.string(), z.string()),
      value: z.tuple([z.number(), z.string()]).optional(),
      histogram: z.tuple([z.number(), nativeHistogram]).optional(),
    }),
  ),
})

const matrix = z.object({
  resultType: z.literal('matrix'),
  result: z.array(z.object({ metric: z.record(z.string(), z.string()), values: z.array(z.tuple([z.number(), z.string()])).default([]) })),
})

/** An answer of `/api/v1/query` or `/api/v1/query_range` (prometheus.io/docs/prometheus/latest/querying/api). */
const success = z.object({
  status: z.literal('success'),
  data: z.discriminatedUnion('resultType', [
    vector,
    z.object({ resultType: z.literal('scalar'), result: z.tuple([z.number(), z.string()]) }),
    matrix,
    z.object({ resultType: z.literal('string') }),
  ]),
  warnings: z.array(z.string()).optional(),
})

const failure = z.object({ status: z.literal('error'), errorType: z.string(), error: z.string() })

/** A fault of the query, and not of the server. */
const faultsOfQuery = new Set(['bad_data', 'execution'])

/**
 * The series of an answer, each with its value; where histograms are asked for, a native one as the series of its buckets. A number without a series, as
 * `vector(0)` or `scalar()` give it, is one without labels.
 * @throws KitError as a source does; a partial answer is none
 */
export const samplesOf = (query: string, kind: MetricKind, answer: HttpAnswer, words: AnswerWords): readonly Sample[] => {
  const data = dataOf(query, answer, words)
  if (data.resultType === 'scalar') return [{ name: '', labels: {}, value: parseNumber(data.result[1]) }]
  if (data.resultType !== 'vector')
    throw new KitError('metrics-query-invalid', `\`${query}\` gives a ${data.resultType}, not the values of series now.`, {
      remedy: 'Give an instant selector, without `[…]`.',
    })
  return data.result.flatMap(({ metric: { __name__: name = '', ...labels }, value, histogram }): readonly Sample[] => {
    if (value !== undefined) return [{ name, labels, value: parseNumber(value[1]) }]
    if (histogram !== undefined && kind === 'histogram') return classicBuckets(query, histogram[1], { name, labels })
    throw new KitError('metrics-query-invalid', `\`${query}\` selects native histograms, and a ${kind} is made of numbers.`, {
      remedy: 'Count them: `histogram_count(…)` of a native histogram is a counter of its requests.',
    })
  })
}

/**
 * The series of an answer about a range, by moment in milliseconds since the epoch.
 * @throws KitError as a source does; a partial answer is none
 */
export const momentsOf = (query: string, answer: HttpAnswer, words: AnswerWords): ReadonlyMap<number, readonly Sample[]> => {
  const data = dataOf(query, answer, words)
  if (data.resultType !== 'matrix')
    throw new KitError('metrics-query-invalid', `${words.source} answered a range of \`${query}\` with a ${data.resultType}.`)
  const moments = new Map<number, Sample[]>()
  for (const { metric, values } of data.result) {
    const { __name__: name = '', ...labels } = metric
    for (const [seconds, value] of values) {
      const at = Math.round(seconds * 1_000)
      const samples = moments.get(at) ?? []
      samples.push({ name, labels, value: parseNumber(value) })
      moments.set(at, samples)
    }
  }
  return moments
}

const dataOf = (query: string, answer: HttpAnswer, words: AnswerWords): z.output<typeof success>['data'] => {
  refuse(query, answer, words)
  const parsed = success.safeParse(jsonOf(okAnswer(answer, words), words))
  if (!parsed.success)
    throw new KitError('metrics-query-invalid', `${words.source} did not answer \`${query}\` as the API of Prometheus does.`, {
      remedy: 'Give the address under which `/api/v1/query` is found, with the prefix where there is one.',
      cause: parsed.error.issues[0] && new Error(`${parsed.error.issues[0].path.join('.')}: ${parsed.error.issues[0].message}`),
    })
  const { data, warnings = [] } = parsed.data
  if (warnings.length > 0)
    throw new KitError('metrics-unavailable', `${words.source} answered \`${query}\` with a warning, so in part: ${warnings.join('; ')}`, {
      remedy: 'Correct what the warning says. Counts of which a part is missing cannot be compared with those of the last look.',
    })
  return data
}

const refuse = (query: string, { status, body }: HttpAnswer, { source }: AnswerWords): void => {
  if (status === 401 || status === 403) return
  const parsed = failure.safeParse(readable(body))
  if (!parsed.success) return
  const { errorType, error } = parsed.data
  if (faultsOfQuery.has(errorType))
    throw new KitError('metrics-query-invalid', `${source} refuses \`${query}\`: ${error}`, { remedy: 'Correct the query.' })
  throw new KitError('metrics-unavailable', `${source} could not answer \`${query}\`: ${errorType}: ${error}`, {
    remedy: 'See what the server says; it answers other queries, or none, the same way.',
  })
}

const readable = (body: string): unknown => {
  try {
    return JSON.parse(body) as unknown
  } catch {
    return undefined
  }
}
