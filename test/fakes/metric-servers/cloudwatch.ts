import { createHash, createHmac } from 'node:crypto'
import type { Side } from '@deploy-kit/rollout'
import type { Past } from './past.ts'
import { insist, MetricServer, type Asked, type Told } from './server.ts'

export const keys = { id: 'AKIDEXAMPLE', secret: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', session: 'session-token' }

interface Query {
  readonly Id: string
  readonly ReturnData: boolean
  readonly MetricStat: {
    readonly Metric: {
      readonly Namespace: string
      readonly MetricName: string
      readonly Dimensions: readonly { Name: string; Value: string }[]
    }
    readonly Period: number
    readonly Stat: string
  }
}

interface Body {
  readonly MetricDataQueries: readonly Query[]
  readonly StartTime: number
  readonly EndTime: number
  readonly ScanBy: string
  readonly NextToken?: string
}

const jsonHeaders = { 'content-type': 'application/x-amz-json-1.0' }
const error = (status: number, code: string, message: string): Told => ({
  status,
  headers: { ...jsonHeaders, 'x-amzn-query-error': `${code};Sender` },
  body: { __type: `com.amazonaws.cloudwatch#${code}`, message },
})

export const throttled = error(400, 'Throttling', 'Rate exceeded')
export const denied = error(
  403,
  'AccessDenied',
  'User: arn:aws:sts::1:assumed-role/deploy is not authorized to perform: cloudwatch:GetMetricData',
)

/** GetMetricData of an application load balancer with one target group a side, which reports failures only where there are some. */
export const cloudwatchServer = (past: Past, { region = 'eu-central-1', pointsPerPage = 100_800 } = {}): MetricServer => {
  const tell = (asked: Asked): Told => {
    insist(asked.method === 'POST' && asked.path === '/', `${asked.method} ${asked.path}`)
    insist(asked.headers['content-type'] === 'application/x-amz-json-1.0', 'another content type')
    insist(asked.headers['x-amz-target'] === 'GraniteServiceVersion20100801.GetMetricData', 'another operation')
    insist(asked.headers['x-amz-security-token'] === keys.session, 'temporary keys without their token')
    insistOnSignature(asked, region)
    const { MetricDataQueries: queries, StartTime, EndTime, ScanBy, NextToken, ...unknown } = JSON.parse(asked.body) as Body
    insist(Object.keys(unknown).length === 0, `the keys ${Object.keys(unknown).join()}`)
    insist(queries.length > 0 && new Set(queries.map(({ Id }) => Id)).size === queries.length, 'ids that are not unique')
    insist(Number.isInteger(StartTime) && Number.isInteger(EndTime) && StartTime < EndTime, 'a window that is none')
    insist(ScanBy === 'TimestampAscending', 'another order')
    const points = queries.flatMap((query) => pointsOf(past, query, StartTime, EndTime))
    const page = NextToken === undefined ? 0 : Number(/^page-(\d+)$/.exec(NextToken)?.[1])
    insist(Number.isInteger(page), `the token ${NextToken}`)
    const shown = points.slice(page * pointsPerPage, (page + 1) * pointsPerPage)
    const more = points.length > (page + 1) * pointsPerPage
    return {
      headers: jsonHeaders,
      body: {
        Messages: [],
        MetricDataResults: queries.map(({ Id, MetricStat }) => {
          const own = shown.filter(({ id }) => id === Id)
          return {
            Id,
            Label: MetricStat.Metric.MetricName,
            StatusCode: more ? 'PartialData' : 'Complete',
            Timestamps: own.map(({ at }) => at),
            Values: own.map(({ value }) => value),
          }
        }),
        ...(more && { NextToken: `page-${page + 1}` }),
      },
    }
  }
  return new MetricServer(tell, {
    unauthorised: denied,
    busy: throttled,
    'wrong-shape': { headers: jsonHeaders, body: { GetMetricDataResponse: {} } },
  })
}

const pointsOf = (past: Past, { Id, ReturnData, MetricStat }: Query, start: number, end: number) => {
  const { Metric, Period, Stat } = MetricStat
  insist(/^[a-z]\w*$/.test(Id) && ReturnData && Stat === 'Sum', 'this query')
  insist(Metric.Namespace === 'AWS/ApplicationELB', `the namespace ${Metric.Namespace}`)
  insist(Period === 60, `a period of ${Period}`)
  const [balancer, group, ...others] = Metric.Dimensions
  insist(balancer?.Name === 'LoadBalancer' && balancer.Value === 'app/shop/1' && others.length === 0, 'other dimensions')
  const side = /^targetgroup\/shop-(canary|stable)\/1$/.exec(group?.Value ?? '')?.[1] as Side | undefined
  insist(group?.Name === 'TargetGroup' && side !== undefined, `the target group ${group?.Value}`)
  const points: { id: string; at: number; value: number }[] = []
  for (let at = Math.floor(start / Period) * Period; at < end; at += Period) {
    const counted = past.between(side, at * 1_000, (at + Period) * 1_000)
    const value = Metric.MetricName === 'RequestCount' ? counted?.requests : counted?.failures
    insist(['RequestCount', 'HTTPCode_Target_5XX_Count'].includes(Metric.MetricName), `the metric ${Metric.MetricName}`)
    if (value !== undefined && (value > 0 || Metric.MetricName === 'RequestCount')) points.push({ id: Id, at, value })
  }
  return points
}

/** Signature Version 4, worked out as in docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html. */
const insistOnSignature = ({ headers, body, method, path }: Asked, region: string): void => {
  const given = /^AWS4-HMAC-SHA256 Credential=([^,]+), SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(headers.authorization ?? '')
  insist(given !== null, `the authorization ${headers.authorization}`)
  const [, credential = '', names = '', signature] = given
  const date = String(headers['x-amz-date'])
  const scope = `${date.slice(0, 8)}/${region}/monitoring/aws4_request`
  insist(/^\d{8}T\d{6}Z$/.test(date) && credential === `${keys.id}/${scope}`, `the credential ${credential}`)
  insist(
    ['host', 'x-amz-date', 'x-amz-target', 'x-amz-security-token'].every((name) => names.split(';').includes(name)),
    `only ${names} signed`,
  )
  const canonical = [
    method,
    path,
    '',
    ...names.split(';').map((name) => `${name}:${String(headers[name]).trim()}`),
    '',
    names,
    createHash('sha256').update(body).digest('hex'),
  ].join('\n')
  const key = ['monitoring', 'aws4_request'].reduce<Buffer>(hmac, hmac(hmac(`AWS4${keys.secret}`, date.slice(0, 8)), region))
  const text = ['AWS4-HMAC-SHA256', date, scope, createHash('sha256').update(canonical).digest('hex')].join('\n')
  insist(hmac(key, text).toString('hex') === signature, 'this signature')
}

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()
