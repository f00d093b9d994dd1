import { once } from 'node:events'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { request as send, type RequestOptions } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { stringify } from 'yaml'
import type { TestCluster } from './cluster.ts'

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

/** Stands between the actions and the API server, and fails when it is told to. Whoever comes through is an administrator. */
export class ApiProxy implements AsyncDisposable {
  readonly requests: Passed[] = []
  /** What happens to a request; the default passes all of them. */
  fault: (request: Passed) => Fault = () => 'none'
  hold: Hold | undefined
  readonly #cluster: TestCluster
  readonly #letGo = Promise.withResolvers<void>()
  readonly #held = Promise.withResolvers<void>()
  readonly #server = createServer((incoming, outgoing) => {
    this.#answer(incoming, outgoing).catch(() => outgoing.destroy())
  })

  private constructor(cluster: TestCluster) {
    this.#cluster = cluster
  }

  static async before(cluster: TestCluster): Promise<ApiProxy> {
    const proxy = new ApiProxy(cluster)
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    return proxy
  }

  /** A kubeconfig that leads here. */
  kubeconfig(): string {
    const { port } = this.#server.address() as AddressInfo
    const file = join(mkdtempSync(join(tmpdir(), 'dk-proxy-')), 'kubeconfig')
    const cluster = { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true }
    const text = stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'proxy',
      clusters: [{ name: 'proxy', cluster }],
      users: [{ name: 'proxy', user: {} }],
      contexts: [{ name: 'proxy', context: { cluster: 'proxy', user: 'proxy' } }],
    })
    writeFileSync(file, text)
    return file
  }

  /** Resolves when a request is held. */
  get held(): Promise<void> {
    return this.#held.promise
  }

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
    const answer = await this.#pass(request, incoming, body, outgoing)
    if (when === 'after' && !(await this.#kept(outgoing))) return
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
    outgoing.flushHeaders()
    answer.on('data', (chunk: Buffer) => (request.bytes += chunk.length))
    await pipeline(answer, outgoing)
  }

  async #pass({ method, path }: Passed, { headers }: IncomingMessage, body: Buffer, outgoing: ServerResponse): Promise<IncomingMessage> {
    const { connection } = this.#cluster.client
    const options: RequestOptions = {}
    await connection.config.applyToHTTPSOptions(options)
    const { connection: _connection, host: _host, authorization: _authorization, 'transfer-encoding': _encoding, ...own } = headers
    const call = send(new URL(path, connection.server), {
      ...options,
      method,
      headers: { ...own, 'content-length': body.length },
      agent: new URL(connection.server).protocol === 'https:' ? undefined : false,
    })
    outgoing.once('close', () => call.destroy())
    call.end(body)
    const [answer] = (await once(call, 'response')) as [IncomingMessage]
    return answer
  }

  /** Whether the client is still there when the request is let go. */
  async #kept(outgoing: ServerResponse): Promise<boolean> {
    this.#held.resolve()
    await Promise.race([this.#letGo.promise, once(outgoing, 'close')])
    return !outgoing.destroyed
  }
}
