import { duration, expected, keys, words } from '@deploy-kit/core/yaml'
import * as z from 'zod'
import { template } from '../template-schema.ts'
import { address, lag } from '../windows/options.ts'

/** Below a minute, CloudWatch knows these periods only, and only for high-resolution metrics. */
const shortPeriods = new Set([1_000, 5_000, 10_000, 20_000, 30_000])

const metric = words.max(255, { error: expected('a name of at most 255 characters') })

export const cloudwatchOptions = {
  ratio: keys({
    region: z
      .string({ error: expected('a region such as eu-central-1') })
      .regex(/^[a-z]{2,}(-[a-z]+)+-\d+$/, { error: expected('a region such as eu-central-1') })
      .describe('AWS region of the metrics.'),
    namespace: words.describe('Namespace of the metrics, such as `AWS/ApplicationELB`.'),
    dimensions: z
      .record(z.string(), template('a value of the dimension'), { error: expected('a mapping of dimensions to values') })
      .refine((given) => Object.keys(given).length > 0 && Object.keys(given).length <= 30, { error: 'expected 1 to 30 dimensions' })
      .describe(
        'All dimensions of the metrics: CloudWatch knows a metric by the whole of them. At least one must differ between the sides.',
      ),
    total: metric.describe('Metric whose sum is the number of requests, such as `RequestCount`.'),
    failed: z
      .union(
        [
          metric.transform((name) => [name]),
          z
            .array(metric)
            .min(1, { error: expected('a metric at least') })
            .max(10, { error: expected('10 metrics at most') }),
        ],
        { error: expected('a metric, or a list of them') },
      )
      .describe('Metrics whose sums together are the number of failed requests, such as `HTTPCode_Target_5XX_Count`.'),
    period: duration
      .refine((ms) => ms % 60_000 === 0 || shortPeriods.has(ms), { error: 'expected whole minutes, or 1s, 5s, 10s, 20s, 30s' })
      .prefault('60s')
      .describe('Length of a period. Less than a minute needs high-resolution metrics.'),
    lag: lag('120s', 'Load balancers send once a minute.'),
    endpoint: address.exactOptional().describe('Address of CloudWatch where it is not that of the region, such as a VPC endpoint.'),
  }),
}

export type CloudWatchOptions = z.output<typeof cloudwatchOptions.ratio>
