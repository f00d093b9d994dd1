import * as z from 'zod'
import type { MetricSource, SourceContext } from '../source.ts'
import { renderSides } from '../template.ts'
import { Asker } from '../windows/asker.ts'
import { closedPeriods, type Tallies } from '../windows/closed-periods.ts'
import { nrqlFor, nrqlText } from './nrql.ts'
import type { NewRelicOptions } from './options.ts'

const endpoints = { us: 'https://api.newrelic.com/graphql', eu: 'https://api.eu.newrelic.com/graphql' }

const counts = z.object({ requests: z.number(), failures: z.number() })
const answer = z.object({
  data: z
    .object({
      actor: z
        .object({
          account: z
            .object({ canary: z.object({ results: z.array(counts) }).nullish(), stable: z.object({ results: z.array(counts) }).nullish() })
            .nullish(),
        })
        .nullish(),
    })
    .nullish(),
  errors: z
    .array(
      z.object({
        message: z.string().optional(),
        extensions: z
          .object({ errorClass: z.string().optional(), error_code: z.string().optional(), code: z.string().optional() })
          .nullish(),
      }),
    )
    .nullish(),
})

/**
 * What the class of an error says, for answers of 200. There is no list of them. New Relic's own client (newrelic-client-go, internal/http/graphql.go) asks again for
 * the classes TIMEOUT, SERVER_ERROR and INTERNAL_SERVER_ERROR, and takes the code BAD_API_KEY for the credentials; an unknown one is taken for trouble that passes.
 */
const refused = /INVALID|SYNTAX|BAD_USER_INPUT|VALIDATION/i
const unauthorised = /BAD_API_KEY|UNAUTHORI[SZ]ED|FORBIDDEN|ACCESS_DENIED|UNAUTHENTICATED/i

/** The seconds that a query may take at New Relic; NerdGraph's own limit is 5. A request of the source has 10. */
const timeoutSeconds = 9

/**
 * Counts of events or metrics in New Relic: NRQL by NerdGraph (docs.newrelic.com/docs/apis/nerdgraph/examples/nerdgraph-nrql-tutorial).
 * Both sides go in one request.
 */
export const open = (options: NewRelicOptions, context: SourceContext): MetricSource => {
  const { account, region, period: periodMs, lag: lagMs } = options
  const url = new URL(options.endpoint ?? endpoints[region])
  const source = `New Relic (account ${account})`
  const credentials = `Check that ${options['api-key'].env} holds a user key that may read account ${account}, in the region ${region}.`
  const asker = new Asker(context, { source, credentials })

  return closedPeriods(context, {
    source,
    periodMs,
    lagMs,
    count: async (window, sides, signal) => {
      const conditions = renderSides(options.total, sides, nrqlText)
      const nrql = Object.entries(conditions).map(([side, condition]) => [side, nrqlFor(options, condition, window)] as const)
      if (nrql.length === 0) return {}
      const question = {
        method: 'POST',
        headers: { accept: 'application/json', 'content-type': 'application/json', 'api-key': context.secret(options['api-key']) },
        body: JSON.stringify({ query: graphqlFor(nrql.map(([side]) => side)), variables: { account, ...Object.fromEntries(nrql) } }),
      }
      const { data, errors } = await asker.json(answer, url, question, signal)
      const first = (errors ?? []).find(({ message }) => !isDeprecation(message))
      if (first !== undefined) {
        const message = first.message ?? 'an error without a message'
        const kind = first.extensions?.errorClass ?? first.extensions?.error_code ?? first.extensions?.code ?? ''
        if (unauthorised.test(kind)) throw asker.unauthorised(message)
        throw refused.test(kind) || /^NRQL Syntax Error/i.test(message)
          ? asker.refused(message)
          : asker.broken(kind === '' ? message : `${kind}: ${message}`)
      }
      const of = (side: 'canary' | 'stable'): Tallies[typeof side] => {
        if (conditions[side] === undefined) return undefined
        const results = data?.actor?.account?.[side]?.results
        const [counted] = results ?? []
        if (counted === undefined || results?.length !== 1) throw asker.unexpected(`not one row of counts for ${side}`)
        // Where there is no event, nobody can say whether nobody asked or nothing was sent.
        return counted.requests === 0 ? undefined : counted
      }
      return { canary: of('canary'), stable: of('stable') }
    },
  })
}

const graphqlFor = (sides: readonly string[]): string =>
  `query ($account: Int!, ${sides.map((side) => `$${side}: Nrql!`).join(', ')}) { actor { account(id: $account) { ` +
  `${sides.map((side) => `${side}: nrql(query: $${side}, timeout: ${timeoutSeconds}) { results }`).join(' ')} } } }`

/** Told among the errors, beside data that are whole. */
const isDeprecation = (message: string | undefined): boolean => message?.startsWith('This field is deprecated!') === true
