import { KitError, type HttpAnswer } from '@deploy-kit/core'

/** How a source words its errors. */
export interface AnswerWords {
  /** Who answered, such as `Prometheus at http://10.0.0.5:9090`. */
  readonly source: string
  /** What to do about a 401 or 403: which credential, which permission. */
  readonly credentials: string
}

/**
 * An answer of 2xx as it is; anything else as the error that it stands for. The first words of the body are shown, for they are
 * often the only ones that say what is wrong.
 * @throws KitError `metrics-unauthorised` (401, 403), `metrics-query-invalid` (400, 404, 405, 422), `metrics-unavailable` (the rest)
 */
export const okAnswer = (answer: HttpAnswer, { source, credentials }: AnswerWords): HttpAnswer => {
  const { status, body } = answer
  if (status >= 200 && status < 300) return answer
  const words = body.trim().slice(0, 300)
  const message = `${source} answered with status ${status}${words === '' ? '.' : `: ${words}`}`
  if (status === 401 || status === 403) throw new KitError('metrics-unauthorised', message, { remedy: credentials })
  if ([400, 404, 405, 422].includes(status))
    throw new KitError('metrics-query-invalid', message, {
      remedy: status === 404 || status === 405 ? 'Correct the address: nothing answers queries there.' : 'Correct the query.',
    })
  if (status >= 300 && status < 400)
    throw new KitError('metrics-unavailable', message, {
      remedy: `Give the address that is redirected to (${answer.headers.get('location') ?? 'unknown'}); credentials are not carried along.`,
    })
  throw new KitError('metrics-unavailable', message)
}

/** The JSON of an answer. @throws KitError `metrics-query-invalid` when it is none */
export const jsonOf = ({ body }: HttpAnswer, { source }: Pick<AnswerWords, 'source'>): unknown => {
  try {
    return JSON.parse(body) as unknown
  } catch (error) {
    throw new KitError('metrics-query-invalid', `${source} did not answer with JSON, but with \`${body.trim().slice(0, 80)}\`.`, {
      remedy: 'Correct the address: another server, or a login page, answers there.',
      cause: error,
    })
  }
}
