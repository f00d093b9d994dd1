import type { MetricSource, SourceContext } from '../source.ts'
import { Asker, type Question } from '../windows/asker.ts'
import { closedPeriods, type Tallies } from '../windows/closed-periods.ts'
import type { Window } from '../windows/window.ts'
import { isThrottled, isUnauthorised, metricData, type MetricData } from './answer.ts'
import type { CloudWatchOptions } from './options.ts'
import { Points } from './points.ts'
import { queriesOf, type Query } from './queries.ts'
import { signed } from './sign.ts'

/** A page holds 100 800 points; a window that needs more than this many has something wrong with it. */
const mostPages = 50

/**
 * Counts of metrics in Amazon CloudWatch: GetMetricData in the JSON protocol
 * (docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference, "Making API Requests" and API_GetMetricData).
 */
export const open = (options: CloudWatchOptions, context: SourceContext): MetricSource => {
  const { region, period: periodMs, lag: lagMs } = options
  const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'
  const url = new URL(options.endpoint ?? `https://monitoring.${region}.${suffix}/`)
  const source = `CloudWatch in ${region}`
  const asker = new Asker(context, {
    source,
    credentials:
      'Give the step AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, as aws-actions/configure-aws-credentials does, of a role that may cloudwatch:GetMetricData.',
    busyFor: (answer) => (isThrottled(answer) ? 1_000 : undefined),
    isUnauthorised,
  })

  const page = (body: string, signal: AbortSignal): Promise<MetricData> => {
    const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'GraniteServiceVersion20100801.GetMetricData' }
    const question = async (): Promise<Question> => ({
      method: 'POST',
      headers: await signed({ url, headers, body }, region, context.secret, context.clock),
      body,
    })
    return asker.json(metricData, url, question, signal)
  }

  const count = async (window: Window, queries: readonly Query[], signal: AbortSignal): Promise<Tallies> => {
    const points = new Points(queries, window, periodMs, asker)
    const tokens = new Set<string>()
    let token: string | undefined
    do {
      const data = await page(requestBody(options, queries, window, token), signal)
      points.take(data)
      token = data.NextToken === '' ? undefined : (data.NextToken ?? undefined)
      if (token !== undefined && (tokens.has(token) || tokens.size === mostPages)) throw asker.broken('its pages do not end')
      tokens.add(token ?? '')
    } while (token !== undefined)
    return points.tallies()
  }

  return closedPeriods(context, {
    source,
    periodMs,
    lagMs,
    count: (window, sides, signal) => count(window, queriesOf(options, sides), signal),
  })
}

const requestBody = (
  { namespace, period }: CloudWatchOptions,
  queries: readonly Query[],
  { from, until }: Window,
  token: string | undefined,
): string =>
  JSON.stringify({
    MetricDataQueries: queries.map(({ id, metric, dimensions }) => ({
      Id: id,
      MetricStat: { Metric: { Namespace: namespace, MetricName: metric, Dimensions: dimensions }, Period: period / 1_000, Stat: 'Sum' },
      ReturnData: true,
    })),
    StartTime: from / 1_000,
    EndTime: until / 1_000,
    ScanBy: 'TimestampAscending',
    ...(token !== undefined && { NextToken: token }),
  })
