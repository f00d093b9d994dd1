import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Clock } from '@deploy-kit/core'

export interface Exchange {
  readonly url: URL
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

export interface Answer {
  readonly status: number
  /** Names in lower case; several values of one name are joined by `, `. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** From before the connection to the last byte, by the given clock. */
  readonly latencyMs: number
}

/** Larger answers are no matter for a smoke test, and would only fill the memory. */
const largestBody = 5 * 1024 * 1024

/**
 * One request over a connection of its own: a kept-alive one sticks to the instance that it first reached, and a test over
 * it would sample one instance only. Node's `agent: false` opens one per request and sends `connection: close`.
 *
 * @throws the error of the network, or the signal's reason
 */
export const exchange = ({ url, method, headers, body }: Exchange, clock: Clock, signal: AbortSignal): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const begun = clock.now()
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest
    const request = send(url, { method, headers, agent: false, signal }, (response) => {
      readBody(response).then(
        (text) =>
          resolve({ status: response.statusCode ?? 0, headers: joined(response.headers), body: text, latencyMs: clock.now() - begun }),
        reject,
      )
    })
    // An abort is reported as an AbortError of Node's own; why it was aborted is what the caller needs.
    request.on('error', (error) => reject(signal.aborted ? (signal.reason as Error) : error))
    request.end(body)
  })

const readBody = async (response: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > largestBody) throw new Error(`the answer is larger than ${largestBody / 1024 / 1024} MiB`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

const joined = (headers: IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
    ),
  )
