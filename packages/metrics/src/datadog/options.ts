import { expected, keys } from '@deploy-kit/core/yaml'
import * as z from 'zod'
import { secret } from '../secret.ts'
import { template } from '../template-schema.ts'
import { address, lag, period } from '../windows/options.ts'

/** The source writes the time aggregation itself: with another one the points are not counts of its periods. */
const counted = (what: string) =>
  template(what).refine(
    (given) => (typeof given === 'string' ? [given] : [given.canary, given.stable]).every((query) => !/\.(rollup|as_rate)\(/.test(query)),
    { error: 'a query without `.rollup(…)` and `.as_rate()`: they are written by deploy-kit, as counts of each period' },
  )

export const datadogOptions = {
  ratio: keys({
    site: z
      .string({ error: expected('a site such as datadoghq.eu') })
      .regex(/^(?!app\.)[a-z0-9]+(\.[a-z0-9-]+)+$/, {
        error: expected('a site without `app.`, such as datadoghq.com, datadoghq.eu, us5.datadoghq.com'),
      })
      .prefault('datadoghq.com')
      .describe('Site of the account.'),
    'api-key': secret.prefault({ env: 'DD_API_KEY' }),
    'application-key': secret.prefault({ env: 'DD_APP_KEY' }),
    total: counted('a query that counts the requests of a side, such as `sum:trace.http.request.hits{service:shop,version:{{version}}}`'),
    failed: counted('a query that counts the failed ones among them'),
    period: period('60s', 'Length of a period.'),
    lag: lag('60s', 'Agents send every 10 s; what Datadog fetches from a cloud comes 4 to 20 minutes late, and by metric streams 2 to 3.'),
    endpoint: address.exactOptional().describe('Address of the API where it is not `https://api.<site>`.'),
  }),
}

export type DatadogOptions = z.output<typeof datadogOptions.ratio>
