import { once } from 'node:events'
import { createServer, request as send, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What the proxy does with every request: pass it on, answer 500, or keep its mouth shut. */
export type Fault = 'none' | 'answers-500' | 'is-silent'

/** A request that the proxy keeps for a while: before it is passed on, or after, so that only its answer is missing. */
export interface Hold {
  readonly when: 'before' | 'after'
  matches(request: IncomingMessage): boolean
}

/** Stands between the actions and the admin API, and fails when it is told to. */
export class FaultProxy {
  fault: Fault = 'none'
  /** The first request that it matches is held. */
  hold: Hold | undefined
  /** Hears of each request before it is passed on. */
  onRequest: (request: IncomingMessage) => void = () => undefined
  readonly #admin: string
  readonly #server = createServer((incoming, outgoing) => void this.#answer(incoming, outgoing))
  readonly #letGo = Promise.withResolvers<void>()
  readonly #isHeld = Promise.withResolvers<void>()

  constructor(admin: string) {
    this.#admin = admin
  }

  async listen(): Promise<this> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    return this
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Resolves when a request is held. */
  get held(): Promise<void> {
    return this.#isHeld.promise
  }

  /** Lets the held request go. Whose client is gone by then is never passed on. */
  letGo(): void {
    this.#letGo.resolve()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeAllConnections()
    await closed
  }

  async #answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await bodyOf(incoming)
    if (body === undefined) return
    this.onRequest(incoming)
    if (this.fault === 'is-silent') return
    if (this.fault === 'answers-500') return void outgoing.writeHead(500).end('out of order')
    const when = this.hold?.matches(incoming) === true ? this.hold.when : 'never'
    if (when !== 'never') this.hold = undefined
    if (when === 'before' && !(await this.#kept(outgoing))) return
    const answer = await pass(new URL(incoming.url ?? '/', this.#admin), incoming, body)
    if (when === 'after' && !(await this.#kept(outgoing))) return
    if (answer === undefined) outgoing.destroy()
    else outgoing.writeHead(answer.status, answer.headers).end(answer.body)
  }

  /** Whether the client is still there when the request is let go. */
  async #kept(outgoing: ServerResponse): Promise<boolean> {
    this.#isHeld.resolve()
    await Promise.race([this.#letGo.promise, once(outgoing, 'close')])
    return !outgoing.destroyed
  }
}

const bodyOf = async (message: IncomingMessage): Promise<Buffer | undefined> => {
  try {
    return Buffer.concat((await message.toArray()) as Buffer[])
  } catch {
    return undefined // The client is gone.
  }
}

interface Passed {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

const pass = async (url: URL, { method, headers }: IncomingMessage, body: Buffer): Promise<Passed | undefined> => {
  const { connection: _connection, 'transfer-encoding': _encoding, ...own } = headers
  const request = send(url, { method, headers: { ...own, host: url.host, 'content-length': body.length }, agent: false })
  request.end(body)
  try {
    const [answer] = (await once(request, 'response')) as [IncomingMessage]
    const text = await bodyOf(answer)
    const { 'transfer-encoding': _chunked, connection: _keep, ...kept } = answer.headers
    return text && { status: answer.statusCode ?? 502, headers: kept, body: text }
  } catch {
    return undefined // The edge is gone.
  }
}
