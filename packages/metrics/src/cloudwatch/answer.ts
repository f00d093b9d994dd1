import type { HttpAnswer } from '@deploy-kit/core'
import * as z from 'zod'

/** The answer of GetMetricData in the JSON protocol: times are seconds since the epoch. */
export const metricData = z.object({
  MetricDataResults: z.array(
    z.object({
      Id: z.string(),
      StatusCode: z.string().optional(),
      Timestamps: z.array(z.number()).default([]),
      Values: z.array(z.number()).default([]),
      Messages: z.array(z.object({ Code: z.string().optional(), Value: z.string().optional() })).nullish(),
    }),
  ),
  NextToken: z.string().nullish(),
  Messages: z.array(z.object({ Code: z.string().optional(), Value: z.string().optional() })).nullish(),
})

export type MetricData = z.output<typeof metricData>

const errorBody = z.object({ __type: z.string() }).transform(({ ['__type']: type }) => type)

/**
 * The code of an error: in the header for services that once spoke the query protocol (smithy.io, awsQueryCompatible), otherwise
 * behind the last `#` of `__type` and before a colon (smithy.io, AWS JSON 1.0).
 */
export const errorCode = ({ status, headers, body }: HttpAnswer): string | undefined => {
  if (status < 400) return undefined
  const [fromHeader] = (headers.get('x-amzn-query-error') ?? '').split(';')
  if (fromHeader !== undefined && fromHeader !== '') return fromHeader
  try {
    const [type] = errorBody.parse(JSON.parse(body)).split(':')
    return type?.split('#').at(-1)
  } catch {
    return undefined
  }
}

/** CloudWatch answers 400, not 429, to an account that asks too often, and does not say for how long. */
export const isThrottled = (answer: HttpAnswer): boolean =>
  ['Throttling', 'ThrottlingException', 'ThrottledException', 'RequestLimitExceeded', 'TooManyRequestsException', 'LimitExceeded'].includes(
    errorCode(answer) ?? '',
  )

/** Credentials that are wrong or old are a 400 with some codes, and a 403 with others. */
export const isUnauthorised = (answer: HttpAnswer): boolean =>
  [
    'AccessDenied',
    'AccessDeniedException',
    'ExpiredToken',
    'ExpiredTokenException',
    'InvalidClientTokenId',
    'UnrecognizedClientException',
    'IncompleteSignature',
    'IncompleteSignatureException',
    'InvalidSignatureException',
    'SignatureDoesNotMatch',
    'MissingAuthenticationToken',
    'MissingAuthenticationTokenException',
    'NotAuthorized',
    'OptInRequired',
  ].includes(errorCode(answer) ?? '')
