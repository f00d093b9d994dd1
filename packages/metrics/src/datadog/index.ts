import type { HttpAnswer } from '@deploy-kit/core'
import * as z from 'zod'
import type { MetricSource, SourceContext } from '../source.ts'
import { Asker } from '../windows/asker.ts'
import { closedPeriods, type Tallies } from '../windows/closed-periods.ts'
import { periodAt, type Window } from '../windows/window.ts'
import type { DatadogOptions } from './options.ts'
import { queriesOf, type Query } from './queries.ts'

const answer = z.object({
  data: z
    .object({
      attributes: z.object({
        series: z.array(z.object({ query_index: z.int() })),
        times: z.array(z.number()),
        values: z.array(z.array(z.number().nullable())),
      }),
    })
    .optional(),
  /** A failed query is told in an answer of 200. */
  errors: z.union([z.string(), z.array(z.string())]).optional(),
})

/**
 * Counts of metrics in Datadog: POST /api/v2/query/timeseries (docs.datadoghq.com/api/latest/metrics,
 * "Query timeseries data across multiple products"). All queries go in one request, so both sides are of one moment.
 */
export const open = (options: DatadogOptions, context: SourceContext): MetricSource => {
  const { site, period: periodMs, lag: lagMs } = options
  const url = new URL('/api/v2/query/timeseries', options.endpoint ?? `https://api.${site}`)
  const source = `Datadog (${site})`
  const asker = new Asker(context, {
    source,
    credentials: `Check that ${options['api-key'].env} holds an API key and ${options['application-key'].env} an application key with the scope timeseries_query, both of the site ${site}.`,
    busyFor,
  })

  const count = async (window: Window, queries: readonly Query[], signal: AbortSignal): Promise<Tallies> => {
    const question = {
      method: 'POST',
      headers: {
        accept: 'application/json',
        'content-type': 'application/json',
        'dd-api-key': context.secret(options['api-key']),
        'dd-application-key': context.secret(options['application-key']),
      },
      body: requestBody(queries, window, periodMs),
    }
    const { data, errors } = await asker.json(answer, url, question, signal)
    if (errors !== undefined && errors.length > 0) throw asker.broken([errors].flat().join('; ').slice(0, 300))
    if (data === undefined) throw asker.unexpected('neither data nor errors')
    const { series, times, values } = data.attributes
    const strayed = times.find((at) => periodAt(at, periodMs) !== at)
    if (strayed !== undefined)
      throw asker.unexpected(`a point at ${new Date(strayed).toISOString()}, which is no beginning of a period of ${periodMs / 1_000} s`)
    if (series.length !== values.length) throw asker.unexpected(`${series.length} series with ${values.length} rows of values`)
    const sums = new Map<Query, number>()
    for (const [index, { query_index }] of series.entries()) {
      const query = queries[query_index]
      const row = values[index] ?? []
      if (query === undefined) throw asker.unexpected(`a series of query ${query_index} of ${queries.length}`)
      if (row.length !== times.length) throw asker.unexpected(`${row.length} values for ${times.length} times`)
      for (const [column, at] of times.entries()) {
        const value = row[column] ?? null
        if (value === null || at < window.from || at >= window.until) continue
        sums.set(query, (sums.get(query) ?? 0) + value)
      }
    }
    const of = (side: Query['side']) => {
      const sum = (what: Query['what']): number | undefined =>
        sums.get(queries.find((query) => query.side === side && query.what === what) as Query)
      const [requests, failures = 0] = [sum('requests'), sum('failures')]
      return requests === undefined && failures === 0 ? undefined : { requests: requests ?? 0, failures }
    }
    return { canary: of('canary'), stable: of('stable') }
  }

  return closedPeriods(context, {
    source,
    periodMs,
    lagMs,
    count: (window, sides, signal) => count(window, queriesOf(options, sides), signal),
  })
}

const requestBody = (queries: readonly Query[], { from, until }: Window, periodMs: number): string =>
  JSON.stringify({
    data: {
      type: 'timeseries_request',
      attributes: {
        from,
        to: until,
        interval: periodMs,
        queries: queries.map(({ query }, index) => ({ data_source: 'metrics', name: `query${index}`, query })),
        formulas: queries.map((_query, index) => ({ formula: `query${index}` })),
      },
    },
  })

/** Datadog says by X-RateLimit-Reset how many seconds the limit lasts (docs.datadoghq.com/api/latest/rate-limits). */
const busyFor = ({ status, headers }: HttpAnswer): number | undefined => {
  const seconds = Number(headers.get('x-ratelimit-reset') ?? Number.NaN)
  return status === 429 && Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : undefined
}
