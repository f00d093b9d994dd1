import { KitError, request, type Clock, type HttpAnswer, type HttpRequest, type Random, type RetryPolicy } from '@deploy-kit/core'
import { registryPolicy } from '../policy.ts'

/** What logins need of the world. */
export interface LoginPorts {
  /** An identity token of this job for an audience (OpenID Connect). */
  readonly identityToken: (audience: string) => Promise<string>
  /** Hears of every secret that was had, so that it is masked in logs. */
  readonly mask: (secret: string) => void
  readonly signal?: AbortSignal
  readonly clock?: Clock
  readonly random?: Random
  readonly policy?: RetryPolicy
}

/**
 * Sends a request of a login. Nothing of what is sent or answered stands in an error, but the words in which the service refused it.
 * @param service who is asked, for the error
 * @throws KitError `registry-login-failed`
 */
export const exchanged = async (
  service: string,
  url: string,
  ports: Omit<LoginPorts, 'identityToken'>,
  options: HttpRequest,
): Promise<string> => {
  const { clock, random, signal, policy } = ports
  let answer: HttpAnswer
  try {
    answer = await request(url, {
      ...options,
      policy: policy ?? registryPolicy,
      lastIsAnswer: true,
      ...(clock !== undefined && { clock }),
      ...(random !== undefined && { random }),
      ...(signal !== undefined && { signal }),
    })
  } catch (error) {
    if (!(error instanceof KitError) || error.code !== 'http-unreachable') throw error
    throw new KitError('registry-login-failed', `${service}: ${error.message}`, { cause: error.cause })
  }
  if (answer.status >= 200 && answer.status < 300) return answer.body
  throw new KitError('registry-login-failed', `${service} answered with status ${answer.status}: ${wordsIn(answer.body)}`)
}

/** A text in an answer of JSON, by its path. @throws KitError `registry-login-failed` when it is not there */
export const textIn = (service: string, body: string, ...path: readonly (string | number)[]): string => {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    // Told below, without the body.
  }
  for (const key of path) value = typeof value === 'object' && value !== null ? (value as Record<string | number, unknown>)[key] : undefined
  if (typeof value === 'string' && value !== '') return value
  throw new KitError('registry-login-failed', `${service} answered without \`${path.join('.')}\`.`)
}

/** What the services say of an error, in JSON or in XML; never more than that. */
const wordsIn = (body: string): string => {
  const xml = [/<Code>([^<]*)<\/Code>/, /<Message>([^<]*)<\/Message>/]
    .map((pattern) => pattern.exec(body)?.[1])
    .filter((part) => part !== undefined)
  if (xml.length > 0) return xml.join(': ')
  try {
    const value = JSON.parse(body) as Record<string, unknown>
    const inner = typeof value['error'] === 'object' && value['error'] !== null ? (value['error'] as Record<string, unknown>) : value
    const parts = ['__type', 'status', 'error', 'error_description', 'message', 'Message'].map((key) => inner[key])
    const words = parts.filter((part) => typeof part === 'string' && part !== '').join(': ')
    if (words !== '') return words.slice(0, 500)
  } catch {
    // No JSON either.
  }
  return body.replace(/\s+/g, ' ').trim().slice(0, 200) || 'nothing more'
}
