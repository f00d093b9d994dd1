import * as z from 'zod'
import type { MetricSource, SourceContext } from '../source.ts'
import { renderSides } from '../template.ts'
import { accessHeaders, namesOf } from '../windows/access.ts'
import { Asker } from '../windows/asker.ts'
import { closedPeriods } from '../windows/closed-periods.ts'
import type { Window } from '../windows/window.ts'
import type { LokiOptions } from './options.ts'

/** Ranges of LogQL are written in whole seconds here. */
const periodMs = 1_000

const answer = z.object({
  status: z.literal('success'),
  data: z.object({
    resultType: z.literal('vector'),
    result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })),
  }),
  /** Loki says here that a limit left something out. */
  warnings: z.array(z.string()).nullish(),
})

/**
 * Counts of log lines in Grafana Loki: instant queries of count_over_time at the end of each window
 * (grafana.com/docs/loki/latest/reference/loki-http-api). A range holds its end and not its begin, so windows that meet share no line.
 */
export const open = (options: LokiOptions, context: SourceContext): MetricSource => {
  const url = new URL(`${options.url.replace(/\/+$/, '')}/loki/api/v1/query`)
  const source = `Loki at ${url.origin}`
  const names = namesOf(options)
  const asker = new Asker(context, {
    source,
    credentials:
      names === ''
        ? 'This Loki wants to know who asks: give `bearer` or `basic`, and `tenant` where there are several.'
        : `Check ${names}, and that it may read the tenant ${options.tenant ?? 'of this server'}.`,
  })

  /** Undefined when no line was counted. */
  const lines = async (query: string, { from, until }: Window, signal: AbortSignal): Promise<number | undefined> => {
    const asked = new URL(url)
    asked.searchParams.set('query', `sum(count_over_time(${query} [${(until - from) / 1_000}s]))`)
    // Nanoseconds: a plain number of seconds would be taken for some.
    asked.searchParams.set('time', `${until}000000`)
    const headers = {
      accept: 'application/json',
      ...(options.tenant !== undefined && { 'x-scope-orgid': options.tenant }),
      ...accessHeaders(options, context.secret),
    }
    const { data, warnings } = await asker.json(answer, asked, { headers }, signal)
    if (warnings !== null && warnings !== undefined && warnings.length > 0) throw asker.broken(`only in part (${warnings.join('; ')})`)
    if (data.result.length > 1) throw asker.unexpected(`${data.result.length} values for one sum`)
    const [, value] = data.result[0]?.value ?? []
    if (value === undefined) return undefined
    const count = Number(value)
    if (!Number.isFinite(count) || count < 0 || value.trim() === '') throw asker.unexpected(`\`${value}\` as a count`)
    return count === 0 ? undefined : count
  }

  return closedPeriods(context, {
    source,
    periodMs,
    lagMs: options.lag,
    count: async (window, sides, signal) => {
      const of = async (query: string | undefined) => {
        if (query === undefined) return undefined
        const [requests, failures = 0] = await Promise.all([
          lines(query, window, signal),
          lines(`${query} ${options.failed}`, window, signal),
        ])
        return requests === undefined && failures === 0 ? undefined : { requests: requests ?? 0, failures }
      }
      const queries = renderSides(options.total, sides)
      const [canary, stable] = await Promise.all([of(queries.canary), of(queries.stable)])
      return { canary, stable }
    },
  })
}
