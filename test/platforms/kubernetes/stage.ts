import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer, type IncomingMessage } from 'node:http'
import { createServer, type Server } from 'node:https'
import { connect as connectSocket, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { silentLogger, type Clock, type Logger } from '@deploy-kit/core'
import { connect, kubeClient, loadKubeConfig, type KubeClient } from '../../../packages/platforms/src/kubernetes/api/index.ts'
import type { Authority } from '../../fakes/certificates.ts'

/** A request as the server saw it. */
export interface Seen {
  readonly path: string
  readonly authorization: string | undefined
  /** Common name of the client's certificate. */
  readonly client: string | undefined
}

/** What the API server of a test lets in: a token, or whoever has a certificate of its authority. */
export class ApiServer implements AsyncDisposable {
  readonly seen: Seen[] = []
  /** `Bearer …` headers that are let in; everybody while it is undefined. */
  tokens: ReadonlySet<string> | undefined
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
    server.on('request', (request: IncomingMessage, response) => {
      const { authorization } = request.headers
      const socket = request.socket as TLSSocket
      const client = socket.getPeerCertificate().subject?.CN
      this.seen.push({ path: request.url ?? '', authorization, client: Array.isArray(client) ? client[0] : client })
      const letIn = this.tokens === undefined || this.tokens.has((authorization ?? '').replace('Bearer ', ''))
      response.writeHead(letIn ? 200 : 401, { 'content-type': 'application/json' })
      response.end(JSON.stringify(letIn ? { kind: 'Namespace', metadata: { name: 'shop' } } : { kind: 'Status', message: 'Unauthorized' }))
    })
  }

  static async start(
    authority: Authority,
    { dns = [] as readonly string[], addresses = ['127.0.0.1'] as readonly string[] } = {},
  ): Promise<ApiServer> {
    const server = createServer({
      ...authority.certificate({ name: 'api server', dns, addresses }),
      ca: authority.cert,
      requestCert: true,
      rejectUnauthorized: false,
    })
    await new Promise<void>((ready) => {
      server.listen(0, '127.0.0.1', ready)
    })
    return new ApiServer(server)
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get url(): string {
    return `https://127.0.0.1:${this.port}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((closed) => {
      this.#server.close(closed)
    })
  }
}

/** A proxy that knows CONNECT and nothing else. */
export class ConnectProxy implements AsyncDisposable {
  readonly asked: string[] = []
  status = 200
  readonly #server = createHttpServer((_, response) => response.writeHead(405).end())
  readonly #sockets = new Set<Socket>()

  /** @param resolves where a name that is asked for is */
  static async start(resolves: Readonly<Record<string, number>> = {}): Promise<ConnectProxy> {
    const proxy = new ConnectProxy()
    proxy.#server.on('connect', (request, socket: Socket) => {
      const [host = '', port = ''] = (request.url ?? '').split(':')
      proxy.asked.push(request.url ?? '')
      proxy.#sockets.add(socket)
      if (proxy.status !== 200) return void socket.end(`HTTP/1.1 ${proxy.status} No\r\n\r\n`)
      const upstream = connectSocket(resolves[host] ?? Number(port), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
        socket.pipe(upstream).pipe(socket)
      })
      for (const end of [socket, upstream]) end.on('error', () => [socket, upstream].forEach((each) => each.destroy()))
    })
    await new Promise<void>((ready) => {
      proxy.#server.listen(0, '127.0.0.1', ready)
    })
    return proxy
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((closed) => {
      this.#server.close(closed)
    })
  }
}

export const base64 = (text: string): string => Buffer.from(text).toString('base64')

/** A folder with kubeconfigs. */
export class Home implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'dk-kubeconfig-'))

  file(name: string, text: string, mode = 0o600): string {
    const path = join(this.path, name)
    writeFileSync(path, text, { mode })
    return path
  }

  /** A kubeconfig with one context. JSON is YAML. */
  kubeconfig(cluster: object, user: object = {}, name = 'shop'): string {
    return this.file(
      `${name}.kubeconfig`,
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        'current-context': name,
        clusters: [{ name, cluster }],
        users: [{ name, user }],
        contexts: [{ name, context: { cluster: name, user: name } }],
      }),
    )
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true })
  }
}

export interface Opening {
  readonly clock?: Clock
  readonly log?: Logger
  readonly insecure?: boolean
  readonly context?: string
}

/** A client by a kubeconfig; undefined for what is found without one. */
export const opened = (
  kubeconfig: string | undefined,
  clock: Clock,
  { log = silentLogger, insecure = false, context }: Opening = {},
): KubeClient => kubeClient(connect(loadKubeConfig({ kubeconfig, context, insecure }, log, clock)), clock)
