import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { asKitError, KitError, type ReasonCode } from '@deploy-kit/core'
import type { Problem } from '../../protocol.ts'
import type { Apps } from '../apps.ts'
import { closeGracefully, listenOnLoopback } from '../http-server.ts'
import { routes, type Answer } from './routes.ts'

const largestBody = 4 * 1024 * 1024

/** Statuses that say more than 400; anything unforeseen is 500. */
const statuses: Partial<Record<ReasonCode, number>> = {
  'app-unknown': 404,
  'document-conflict': 412,
  'lease-required': 423,
  'canary-has-traffic': 409,
  'canary-not-ready': 409,
  'foreign-writer': 409,
  'nothing-to-release': 409,
  'internal-error': 500,
}

/**
 * The admin API, on 127.0.0.1. A browser that a foreign page sends here is refused: by the name in its Host header when
 * the page's name was pointed at this machine, else because every change needs a header or a method that a browser asks
 * about first, which nobody here allows.
 */
export class AdminServer {
  readonly #server: Server
  readonly #apps: Apps
  readonly #saveEdge: () => Promise<void>

  constructor(apps: Apps, saveEdge: () => Promise<void>) {
    this.#apps = apps
    this.#saveEdge = saveEdge
    this.#server = createServer((incoming, outgoing) => void this.#handle(incoming, outgoing))
  }

  /** @throws KitError `port-taken` */
  listen(port: number): Promise<number> {
    return listenOnLoopback(this.#server, port)
  }

  /** Answers are given at once, so whatever is under way is soon done. */
  close(): Promise<void> {
    return closeGracefully(this.#server, 1_000, this.#apps.settings.clock)
  }

  async #handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    if (!this.#server.listening) outgoing.shouldKeepAlive = false
    try {
      refuseForeignHost(incoming)
      send(outgoing, await this.#answer(incoming))
    } catch (thrown) {
      const { code, message, remedy } = asKitError(thrown)
      send(outgoing, { status: statuses[code] ?? 400, body: { code, message, remedy } satisfies Problem })
    }
  }

  async #answer(incoming: IncomingMessage): Promise<Answer> {
    const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://edge')
    for (const { method, path, answer } of routes) {
      const found = method === incoming.method ? path.exec(pathname) : null
      if (found === null) continue
      const words = found.slice(1).map((word) => decodeURIComponent(word))
      const body = await bodyOf(incoming)
      return answer({ apps: this.#apps, saveEdge: this.#saveEdge, words, query: searchParams, headers: incoming.headers, body })
    }
    const what = `${incoming.method ?? ''} ${pathname}`
    return {
      status: 404,
      body: { code: 'input-invalid', message: `There is no ${what} here.`, remedy: 'See packages/platforms/src/local/README.md.' },
    }
  }
}

const refuseForeignHost = ({ headers }: IncomingMessage): void => {
  const host = headers.host ?? ''
  if (/^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/i.test(host)) return
  throw new KitError('input-invalid', `The admin API answers to loopback names only, not to \`${host}\`.`, {
    remedy: 'Use http://127.0.0.1 with the port of the admin API.',
  })
}

const bodyOf = async (incoming: IncomingMessage): Promise<unknown> => {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > largestBody) throw new KitError('input-invalid', `The body is larger than ${largestBody} bytes.`)
    chunks.push(chunk)
  }
  if (size === 0) return undefined
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown
  } catch (cause) {
    throw new KitError('input-invalid', 'The body is no JSON.', { cause })
  }
}

const send = (outgoing: ServerResponse, { status = 200, headers = {}, body }: Answer): void => {
  const isText = typeof body === 'string'
  outgoing.writeHead(status, { 'content-type': isText ? 'text/plain; version=0.0.4; charset=utf-8' : 'application/json', ...headers })
  outgoing.end(isText ? body : JSON.stringify(body ?? {}))
}
