import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Seen {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

type Reply = { readonly status?: number; readonly headers?: Record<string, string>; readonly body?: string } | 'hang up' | 'never'

/** A shop on a real socket. Each path answers its replies in order, the last one for ever; a path it does not know is a 404. */
export class ShopUnderTest {
  readonly requests: Seen[] = []
  connections = 0
  /** Called before each answer, to let time pass. */
  onRequest: () => void = () => undefined
  readonly #server = createServer((request, response) => void this.#answer(request, response))
  readonly #replies = new Map<string, Reply[]>()

  constructor() {
    this.#server.on('connection', () => {
      this.connections += 1
    })
  }

  async open(): Promise<this> {
    await new Promise<void>((resolve) => {
      this.#server.listen(0, '127.0.0.1', resolve)
    })
    return this
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  on(path: string, ...replies: Reply[]): this {
    this.#replies.set(path, replies)
    return this
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => {
      this.#server.close(resolve)
    })
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request
    const chunks: Buffer[] = []
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
    this.requests.push({ method, path: url, headers, body: Buffer.concat(chunks).toString() })
    this.onRequest()
    const replies = this.#replies.get(url) ?? [{ status: 404, body: 'unknown' }]
    const reply = (replies.length > 1 ? replies.shift() : replies[0]) ?? 'hang up'
    if (reply === 'never') return
    if (reply === 'hang up') request.socket.destroy()
    else response.writeHead(reply.status ?? 200, reply.headers).end(reply.body ?? '')
  }
}

/** A JSON answer. */
export const json = (value: unknown): Reply => ({
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: JSON.stringify(value),
})
