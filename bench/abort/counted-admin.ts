import { once } from 'node:events'
import { Agent, createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** One request to the admin API. Times are `performance.now()`. */
export interface Exchange {
  readonly what: string
  readonly body: string
  readonly at: number
  readonly answeredAt: number
  readonly status: number
}

/** Stands in front of an edge's admin API, hands every request on, and remembers it. */
export class CountedAdmin implements AsyncDisposable {
  readonly exchanges: Exchange[] = []
  readonly #admin: URL
  readonly #agent = new Agent({ keepAlive: true })
  readonly #server = createServer((incoming, outgoing) => void this.#handOn(incoming, outgoing))
  readonly #waiting = new Set<() => void>()
  url = ''

  private constructor(admin: string) {
    this.#admin = new URL(admin)
  }

  static async open(admin: string): Promise<CountedAdmin> {
    const counted = new CountedAdmin(admin)
    counted.#server.listen(0, '127.0.0.1')
    await once(counted.#server, 'listening')
    counted.url = `http://127.0.0.1:${(counted.#server.address() as AddressInfo).port}`
    return counted
  }

  /** The first exchange from `since` on that is so. @throws Error when `signal` is aborted before */
  async find(since: number, isSo: (exchange: Exchange) => boolean, signal: AbortSignal): Promise<Exchange> {
    for (;;) {
      const found = this.exchanges.find((exchange) => exchange.at >= since && isSo(exchange))
      if (found !== undefined) return found
      signal.throwIfAborted()
      await new Promise<void>((resolve) => {
        this.#waiting.add(resolve)
        signal.addEventListener('abort', () => resolve(), { once: true })
      })
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#agent.destroy()
    this.#server.close()
    this.#server.closeAllConnections()
    await once(this.#server, 'close')
  }

  async #handOn(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const at = performance.now()
    const { method = '', url = '', headers } = incoming
    try {
      const body = await text(incoming)
      const { hostname, port } = this.#admin
      const sent = request({ hostname, port, method, path: url, headers: { ...headers, host: this.#admin.host }, agent: this.#agent })
      sent.end(body)
      const [answer] = (await once(sent, 'response')) as [IncomingMessage]
      const answered = await text(answer)
      const answeredAt = performance.now()
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers).end(answered)
      this.exchanges.push({ what: `${method} ${url}`, body, at, answeredAt, status: answer.statusCode ?? 502 })
    } catch {
      outgoing.destroy() // The edge has gone, or the asking process has.
    }
    for (const wake of this.#waiting) wake()
    this.#waiting.clear()
  }
}
