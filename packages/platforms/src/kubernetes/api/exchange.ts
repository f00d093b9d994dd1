import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest, type RequestOptions } from 'node:https'

/** What is sent. */
export interface Outgoing {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** Sends a request and resolves to the answer as a stream, whose end the caller awaits or aborts. */
export const start = (
  url: URL,
  { method = 'GET', headers = {}, body }: Outgoing,
  options: RequestOptions,
  signal?: AbortSignal,
): Promise<IncomingMessage> =>
  new Promise((answer, fail) => {
    const begin = url.protocol === 'https:' ? httpsRequest : httpRequest
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
    const outgoing = begin(url, { ...options, method, headers: { ...headers, ...length }, ...(signal !== undefined && { signal }) }, answer)
    outgoing.on('error', (error) => fail(signal?.aborted === true ? (signal.reason as Error) : error))
    outgoing.end(body)
  })

/** The same, with the whole answer. */
export const send = async (url: URL, outgoing: Outgoing, options: RequestOptions, signal?: AbortSignal): Promise<Response> => {
  const incoming = await start(url, outgoing, options, signal)
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  const status = incoming.statusCode ?? 500
  const bodyless = status === 204 || status === 304
  return new Response(bodyless ? null : Buffer.concat(chunks), { status, headers: headersOf(incoming) })
}

const headersOf = ({ headers }: IncomingMessage): [string, string][] =>
  Object.entries(headers).flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, String(value)]]))
