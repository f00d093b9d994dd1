import { expected, keys, words } from '@deploy-kit/core/yaml'
import * as z from 'zod'
import { headers } from '../headers.ts'
import { template } from '../template-schema.ts'

const selector = template('series of a side, `name{label="value"}` as in PromQL')
const histogram = template('histogram of a side in seconds, without `_bucket`, `name{label="value"}` as in PromQL')

const places = {
  endpoints: z
    .array(z.url({ protocol: /^https?$/, error: expected('an address with http:// or https://') }), {
      error: expected('a list of addresses'),
    })
    .min(1, { error: expected('at least one address') })
    .exactOptional()
    .describe(
      'Addresses of Prometheus text, one per instance; needed where the platform does not know them. An address in front of several instances cannot be counted.',
    ),
  headers: headers.exactOptional(),
}

const ratio = keys({
  ...places,
  requests: selector,
  failed: words.describe('Which of the requests failed, as label matchers: `code=~"5.."`.'),
  histogram: histogram.exactOptional(),
})

/** The scrape source's part of the configuration, for each kind of metric: `scrape: { … }`. */
export const scrapeOptions = { ratio, histogram: keys({ ...places, histogram }) }

export type ScrapeOptions = z.output<typeof scrapeOptions.ratio> | z.output<typeof scrapeOptions.histogram>
