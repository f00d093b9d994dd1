import * as z from 'zod'
import type { MetricSource, SourceContext } from '../source.ts'
import { renderSides } from '../template.ts'
import { accessHeaders, namesOf } from '../windows/access.ts'
import { Asker } from '../windows/asker.ts'
import { closedPeriods } from '../windows/closed-periods.ts'
import type { Window } from '../windows/window.ts'
import type { ElasticsearchOptions } from './options.ts'

const count = z.int().nonnegative()
const bucket = z.object({ doc_count: count, failed: z.object({ doc_count: count }) })
const shards = z.object({
  total: count,
  failed: count,
  failures: z.array(z.object({ reason: z.object({ type: z.string().optional(), reason: z.string().nullish() }).optional() })).optional(),
})

const answer = z.object({
  timed_out: z.boolean(),
  _shards: shards,
  _clusters: z.object({ skipped: count }).optional(),
  aggregations: z.object({ sides: z.object({ buckets: z.object({ canary: bucket.optional(), stable: bucket.optional() }) }) }).optional(),
})

/** Documents are found by their time in milliseconds; a second is as fine as anybody needs. */
const periodMs = 1_000

/**
 * Counts of documents in Elasticsearch or OpenSearch: one _search with a filters aggregation over a closed range of time
 * (elastic.co/docs/reference/aggregations, search API), so that both sides are of one moment.
 */
export const open = (options: ElasticsearchOptions, context: SourceContext): MetricSource => {
  const url = new URL(`${options.url.replace(/\/+$/, '')}/${options.index}/_search`)
  // A part of the shards would be taken for all of them, and a pattern without an index for one without a request.
  url.searchParams.set('allow_partial_search_results', 'false')
  url.searchParams.set('allow_no_indices', 'false')
  const source = `Elasticsearch at ${url.origin}`
  const names = namesOf(options)
  const asker = new Asker(context, {
    source,
    credentials:
      names === ''
        ? 'This cluster wants to know who asks: give `api-key`, `basic` or `bearer`.'
        : `Check ${names}, and that it has the privilege \`read\` on ${options.index}.`,
  })

  return closedPeriods(context, {
    source,
    periodMs,
    lagMs: options.lag,
    count: async (window, sides, signal) => {
      const queries = renderSides(options.total, sides)
      const headers = {
        accept: 'application/json',
        'content-type': 'application/json',
        ...accessHeaders(options, context.secret),
      }
      const body = requestBody(options, queries, window)
      const { timed_out, _shards, _clusters, aggregations } = await asker.json(answer, url, { method: 'POST', headers, body }, signal)
      if (timed_out) throw asker.broken('the search took too long, and only a part was counted')
      if (_shards.failed > 0) {
        const { type, reason } = _shards.failures?.[0]?.reason ?? {}
        throw asker.broken(
          `${_shards.failed} of ${_shards.total} shards failed (${[type, reason].filter(Boolean).join(': ') || 'no reason given'})`,
        )
      }
      if ((_clusters?.skipped ?? 0) > 0) throw asker.broken(`${_clusters?.skipped} clusters were left out`)
      if (_shards.total === 0 || aggregations === undefined) throw asker.refused(`no index is called ${options.index}`)
      const of = (side: 'canary' | 'stable') => {
        if (queries[side] === undefined) return undefined
        const found = aggregations.sides.buckets[side]
        if (found === undefined) throw asker.unexpected(`no count for ${side}`)
        // Where there is no document, nobody can say whether nobody asked or nothing was sent.
        return found.doc_count === 0 ? undefined : { requests: found.doc_count, failures: found.failed.doc_count }
      }
      return { canary: of('canary'), stable: of('stable') }
    },
  })
}

const requestBody = (
  { failed, 'time-field': time }: ElasticsearchOptions,
  queries: Readonly<Record<string, string>>,
  { from, until }: Window,
): string =>
  JSON.stringify({
    size: 0,
    track_total_hits: false,
    query: { bool: { filter: [{ range: { [time]: { gte: from, lt: until, format: 'epoch_millis' } } }] } },
    aggs: {
      sides: {
        filters: { filters: Object.fromEntries(Object.entries(queries).map(([side, query]) => [side, lucene(query)])) },
        aggs: { failed: { filter: lucene(failed) } },
      },
    },
  })

const lucene = (query: string) => ({ query_string: { query } })
