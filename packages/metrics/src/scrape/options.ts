import { expected, keys, textMap, words } from '@deploy-kit/core/yaml'
import * as z from 'zod'

const side = words.describe('Series of that side. Variables as in the short form.')

/** One selector with variables for both sides, or one for each. */
const selector = z
  .union([words, keys({ canary: side, stable: side })], { error: expected('a selector, or a mapping with canary and stable') })
  .describe(
    'Series of a side: `name{label="value"}` as in PromQL. `{{digest}}`, `{{version}}`, `{{commit}}`, `{{configuration}}` and ' +
      '`{{side}}` are those of the side, `{{canary}}` and `{{stable}}` the digests of both.',
  )

/** The scrape source's part of the configuration: `scrape: { … }`. */
export const scrapeOptions = keys({
  endpoints: z
    .array(z.url({ protocol: /^https?$/, error: expected('an address with http:// or https://') }), {
      error: expected('a list of addresses'),
    })
    .min(1, { error: expected('at least one address') })
    .describe('Addresses of Prometheus text, one per instance. An address in front of several instances cannot be counted.'),
  headers: textMap.exactOptional().describe('Headers of the requests to the endpoints.'),
  requests: selector,
  failed: words.describe('Which of the requests failed, as label matchers: `code=~"5.."`.'),
  histogram: selector.exactOptional().describe('Histogram of the latency in seconds, without `_bucket`.'),
})

export type ScrapeOptions = z.output<typeof scrapeOptions>
