import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { createProxyServer, type ProxyServer } from 'httpxy'
import { digestHeader } from '../../protocol.ts'
import type { Instance } from '../process/instance.ts'

/** Methods whose request may be sent again without harm (RFC 9110, 9.2.2). */
const idempotent = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'])

/** Headers of one connection that must not pass to the next one (RFC 9110, 7.6.1). */
const ofOneConnection = ['connection', 'keep-alive', 'proxy-connection'] as const

/** nginx's number for a client that left before the answer was complete. */
const clientLeft = 499

/** Sends requests on to a process of a version, over the proxy library (docs/adr/0002-edge-proxy.md). */
export class Forwarder {
  readonly #proxy: ProxyServer
  readonly #sent = new WeakMap<IncomingMessage, ClientRequest>()
  /** Exchanges in which the version broke off, and the status that upgrades were answered with. */
  readonly #brokenOff = new WeakSet<IncomingMessage>()
  readonly #upgradeStatus = new WeakMap<IncomingMessage, number>()

  constructor() {
    this.#proxy = createProxyServer()
    this.#proxy.on('proxyReq', (sent, incoming) => {
      this.#sent.set(incoming, sent)
      // Node keeps the head of a request back until the first part of its body comes; a version may answer to the head.
      if (!incoming.complete && incoming.readableLength === 0) sent.flushHeaders()
    })
    this.#proxy.on('proxyRes', (answer, incoming, outgoing) => {
      for (const name of [...ofOneConnection, digestHeader]) delete answer.headers[name]
      const onEnd = (): void => {
        if (!answer.complete && !outgoing.destroyed) this.#brokenOff.add(incoming)
      }
      answer.once('error', onEnd)
      answer.once('close', onEnd)
    })
    this.#proxy.on('proxyReqWs', (sent, incoming) => {
      sent.once('upgrade', () => this.#upgradeStatus.set(incoming, 101))
      sent.once('response', (answer) => this.#upgradeStatus.set(incoming, answer.statusCode ?? 502))
    })
  }

  /**
   * Resolves when the exchange is over with the status for the books: what the version answered, 502 when it did not
   * answer or broke off, 499 when the client left first.
   */
  async web(incoming: IncomingMessage, outgoing: ServerResponse, instance: Instance): Promise<number> {
    delete incoming.headers.expect // This server has answered it.
    try {
      await this.#send(incoming, outgoing, instance, instance.agent)
    } catch {
      try {
        if (!this.#mayRepeat(incoming, outgoing)) return badGateway(outgoing)
        await this.#send(incoming, outgoing, instance, false)
      } catch {
        return badGateway(outgoing)
      }
    }
    if (this.#brokenOff.has(incoming)) return 502
    return outgoing.writableFinished ? outgoing.statusCode : clientLeft
  }

  /** The same for a connection that is upgraded to WebSocket; it is over when the connection is closed. */
  async upgrade(incoming: IncomingMessage, socket: Socket, head: Buffer, { port }: Instance): Promise<number> {
    try {
      await this.#proxy.ws(incoming, socket, { target: { host: '127.0.0.1', port }, agent: false, xfwd: true }, head)
      return this.#upgradeStatus.get(incoming) ?? clientLeft
    } catch {
      const status = this.#upgradeStatus.get(incoming)
      if (status === undefined && socket.writable) socket.end('HTTP/1.1 502 Bad Gateway\r\nconnection: close\r\ncontent-length: 0\r\n\r\n')
      return status ?? 502
    }
  }

  #send(incoming: IncomingMessage, outgoing: ServerResponse, { port }: Instance, agent: Instance['agent'] | false): Promise<void> {
    const headers = { connection: agent === false ? 'close' : 'keep-alive' }
    return this.#proxy.web(incoming, outgoing, { target: { host: '127.0.0.1', port }, agent, xfwd: true, headers })
  }

  /**
   * A server may close a resting connection in the very moment in which a request is sent on it; that request was not
   * heard. One with a body is not repeated, for part of the body is gone.
   */
  #mayRepeat(incoming: IncomingMessage, outgoing: ServerResponse): boolean {
    const isOnReused = this.#sent.get(incoming)?.reusedSocket === true
    const hasBody = (incoming.headers['content-length'] ?? '0') !== '0' || incoming.headers['transfer-encoding'] !== undefined
    return isOnReused && !hasBody && idempotent.has(incoming.method ?? '') && !outgoing.headersSent && !outgoing.destroyed
  }
}

const badGateway = (outgoing: ServerResponse): number => {
  if (outgoing.destroyed) return clientLeft
  if (outgoing.headersSent) outgoing.destroy()
  else outgoing.writeHead(502, { 'content-type': 'text/plain' }).end('The version did not answer.\n')
  return 502
}
