import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeline } from 'node:stream/promises'

/** What the proxy does with a request: pass it on, answer with a status, or keep its mouth shut. */
export type Fault = 'none' | 'is-silent' | { readonly answers: number; readonly headers?: Readonly<Record<string, string>> }

/** One request as it came to the proxy. */
export interface Passed {
  readonly at: number
  readonly method: string
  readonly path: string
  /** Of the request and its answer, without their headers. */
  bytes: number
}

/** A request that is kept for a while: before it is passed on, or after, so that only its answer is missing. */
export interface Hold {
  readonly when: 'before' | 'after'
  matches(request: Passed): boolean
}

/** Headers of one connection, which are not passed on (RFC 9110, 7.6.1). */
const ofConnection = new Set(['connection', 'host', 'transfer-encoding', 'content-length'])

/** Stands between the actions and a server, and fails when it is told to. Those who come of it say how a request is passed on. */
export abstract class FaultProxy implements AsyncDisposable {
  readonly requests: Passed[] = []
  /** What happens to a request; the default passes all of them. */
  fault: (request: Passed) => Fault = () => 'none'
  /** The first request that it matches is held. */
  hold: Hold | undefined
  readonly #letGo = Promise.withResolvers<void>()
  readonly #held = Promise.withResolvers<void>()
  readonly #server = createServer((incoming, outgoing) => {
    this.#answer(incoming, outgoing).catch(() => outgoing.destroy())
  })

  /** Sends a request to the server. The signal is aborted when the client is gone. */
  protected abstract pass(request: Passed, headers: IncomingMessage['headers'], body: Buffer, signal: AbortSignal): Promise<IncomingMessage>

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
    return this.#held.promise
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
    const body = Buffer.concat((await incoming.toArray()) as Buffer[])
    const request: Passed = { at: Date.now(), method: incoming.method ?? 'GET', path: incoming.url ?? '/', bytes: body.length }
    this.requests.push(request)
    const fault = this.fault(request)
    if (fault === 'is-silent') return
    if (fault !== 'none') {
      const status = { kind: 'Status', status: 'Failure', code: fault.answers, message: 'the proxy says so' }
      return void outgoing.writeHead(fault.answers, { 'content-type': 'application/json', ...fault.headers }).end(JSON.stringify(status))
    }
    const when = this.hold?.matches(request) === true ? this.hold.when : 'never'
    if (when !== 'never') this.hold = undefined
    if (when === 'before' && !(await this.#kept(outgoing))) return
    const gone = new AbortController()
    outgoing.once('close', () => gone.abort())
    const answer = await this.pass(request, own(incoming.headers), body, gone.signal)
    if (when === 'after' && !(await this.#kept(outgoing))) return
    const { connection: _connection, 'transfer-encoding': _encoding, ...headers } = answer.headers
    outgoing.writeHead(answer.statusCode ?? 502, headers)
    outgoing.flushHeaders()
    answer.on('data', (chunk: Buffer) => (request.bytes += chunk.length))
    await pipeline(answer, outgoing)
  }

  /** Whether the client is still there when the request is let go. */
  async #kept(outgoing: ServerResponse): Promise<boolean> {
    this.#held.resolve()
    await Promise.race([this.#letGo.promise, once(outgoing, 'close')])
    return !outgoing.destroyed
  }
}

const own = (headers: IncomingMessage['headers']): IncomingMessage['headers'] =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !ofConnection.has(name)))
