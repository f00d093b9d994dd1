import { expected, keys, whole, words } from '@deploy-kit/core/yaml'
import * as z from 'zod'
import { secret } from '../secret.ts'
import { template } from '../template-schema.ts'
import { address, lag, period } from '../windows/options.ts'

const clauses = /\b(SINCE|UNTIL|FACET|TIMESERIES|COMPARE\s+WITH|SLIDE\s+BY|LIMIT)\b/i

/** A condition that ends its WHERE would change what is counted, and over which time. */
const isCondition = (text: string): boolean => !clauses.test(text.replace(/'(?:\\.|[^'\\])*'/g, ''))
const noClauses = {
  error:
    'a condition as after WHERE, without SINCE, UNTIL, FACET, TIMESERIES, COMPARE WITH, SLIDE BY and LIMIT: deploy-kit writes the time itself',
}

export const newrelicOptions = {
  ratio: keys({
    account: whole('an account number', 1, Number.MAX_SAFE_INTEGER).describe('Account that has the data.'),
    region: z
      .enum(['us', 'eu'], { error: expected('us or eu') })
      .prefault('us')
      .describe('Region of the account.'),
    'api-key': secret.prefault({ env: 'NEW_RELIC_API_KEY' }),
    from: words
      .regex(/^[\w:]+(\s*,\s*[\w:]+)*$/, { error: expected('a type of data such as Transaction, Span or Metric') })
      .prefault('Transaction')
      .describe('Type of the data that is counted, as after FROM.'),
    count: words
      .refine(isCondition, noClauses)
      .prefault('count(*)')
      .describe('What counts a request. `count(apm.service.transaction.duration)` for metrics, which agents do not sample.'),
    total: template("which data are requests of a side, as after WHERE: `appName = 'shop' AND tags.version = '{{version}}'`").refine(
      (given) => (typeof given === 'string' ? [given] : [given.canary, given.stable]).every(isCondition),
      noClauses,
    ),
    failed: words.refine(isCondition, noClauses).describe('Which of these have failed, as after WHERE: `error IS true`.'),
    period: period(
      '60s',
      'Windows begin and end with a period. A minute for metrics, which New Relic keeps by the minute; events can have less.',
    ),
    lag: lag('90s', 'Agents send metrics once a minute, and events every 5 s.'),
    endpoint: address.exactOptional().describe('Address of NerdGraph where it is not that of the region.'),
  }),
}

export type NewRelicOptions = z.output<typeof newrelicOptions.ratio>
