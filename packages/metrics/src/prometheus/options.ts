import { duration, expected, keys, words } from '@deploy-kit/core/yaml'
import * as z from 'zod'
import { headers } from '../headers.ts'
import { secret } from '../secret.ts'
import { template } from '../template-schema.ts'
import { address, basic } from '../windows/options.ts'

const server = {
  url: address.describe('Where `/api/v1/query` is found, with the prefix where there is one: `https://mimir.example/prometheus`.'),
  'side-label': z
    .union([words, keys({ label: words, value: words.exactOptional() })], { error: expected('a label, or a mapping with label and value') })
    .exactOptional()
    .describe(
      'Label whose value tells the sides apart, where one query is for both. Its value is `{{version}}` unless `value` says otherwise, such as `{{digest}}` or `{{side}}`.',
    ),
  'instance-label': words
    .exactOptional()
    .describe(
      'Label that tells the instances of stable apart, by which the judge measures how much they differ by themselves. Default `pod` where every series has it, otherwise `instance`.',
    ),
  lag: duration
    .exactOptional()
    .describe('How old what is read must be, so that a scrape that is still being written is not read in half. Default 2s.'),
  basic: basic.exactOptional(),
  bearer: secret.exactOptional().describe('Bearer token.'),
  tenant: words.exactOptional().describe('Tenant of Mimir, Cortex or Thanos: X-Scope-OrgID and THANOS-TENANT.'),
  headers: headers.exactOptional(),
  tls: keys({ ca: words.describe('File with the certificates to trust, in PEM, relative to the configuration.') }).exactOptional(),
}

const ratio = keys({
  ...server,
  total: template('raw counters of all requests, never rate() or increase()'),
  failed: template('raw counters of the failed ones, or label matchers such as `code=~"5.."` for those of `total`'),
})

const histogram = keys({
  ...server,
  histogram: template('histogram in seconds, by its name or its raw `_bucket` series'),
  native: z
    .boolean({ error: expected('true or false') })
    .exactOptional()
    .describe('Whether the name is that of a native histogram. Default no: its classic buckets are read, `…_bucket`.'),
})

const gauge = keys({ ...server, query: template('query with one number for each side') })

/** The Prometheus source's part of the configuration, for each kind of metric: `prometheus: { … }`. */
export const prometheusOptions = { ratio, histogram, gauge }

export type PrometheusServer = Pick<z.output<typeof ratio>, keyof typeof server>
export type RatioOptions = z.output<typeof ratio>
export type HistogramOptions = z.output<typeof histogram>
export type GaugeOptions = z.output<typeof gauge>
export type PrometheusOptions = RatioOptions | HistogramOptions | GaugeOptions
