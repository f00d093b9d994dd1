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

/** What the library's events tell about a request that is under way. */
interface Exchange {
  sent?: ClientRequest
  /** The version broke off in the middle of its answer. */
  isBrokenOff?: boolean
  /** What an upgrade was answered with. */
  upgradeStatus?: number
}

/**
 * The exchange is kept on its request. A WeakMap, or a Map that is tidied by hand, with an entry per request keeps thousands of
 * requests from one short collection of garbage to the next: pauses of 10 ms instead of 1 ms (npm run bench:proxy).
 */
const exchangeKey = Symbol('exchange')

interface Tracked extends IncomingMessage {
  [exchangeKey]?: Exchange
}

const exchangeOf = (incoming: Tracked): Exchange => (incoming[exchangeKey] ??= {})

/** Sends requests on to a process of a version, over the proxy library (docs/adr/0002-edge-proxy.md). */
export class Forwarder {
  readonly #proxy: ProxyServer

  constructor() {
    this.#proxy = createProxyServer()
    this.#proxy.on('proxyReq', (sent, incoming) => {
      exchangeOf(incoming).sent = sent
      // Node keeps the head of a request back until the first part of its body comes; a version may answer to the head.
      if (!incoming.complete && incoming.readableLength === 0) sent.flushHeaders()
    })
    this.#proxy.on('proxyRes', (answer, incoming, outgoing) => {
      for (const name of [...ofOneConnection, digestHeader]) delete answer.headers[name]
      const exchange = exchangeOf(incoming)
      const onEnd = (): void => {
        if (!answer.complete && !outgoing.destroyed) exchange.isBrokenOff = true
      }
      answer.once('error', onEnd)
      answer.once('close', onEnd)
    })
    this.#proxy.on('proxyReqWs', (sent, incoming) => {
      const exchange = exchangeOf(incoming)
      sent.once('upgrade', () => (exchange.upgradeStatus = 101))
      sent.once('response', (answer) => (exchange.upgradeStatus = answer.statusCode ?? 502))
    })
  }

  /**
   * Resolves when the exchange is over with the status for the books: what the version answered, 502 when it did not
   * answer or broke off, 499 when the client left first.
   */
  async web(incoming: IncomingMessage, outgoing: ServerResponse, instance: Instance): Promise<number> {
    delete incoming.headers.expect // This server has answered it.
    const exchange = exchangeOf(incoming)
    try {
      await this.#send(incoming, outgoing, instance, instance.agent)
    } catch {
      try {
        if (!mayRepeat(exchange, incoming, outgoing)) return badGateway(outgoing)
        await this.#send(incoming, outgoing, instance, false)
      } catch {
        return badGateway(outgoing)
      }
    }
    if (exchange.isBrokenOff === true) return 502
    return outgoing.writableFinished ? outgoing.statusCode : clientLeft
  }

  /** The same for a connection that is upgraded to WebSocket; it is over when the connection is closed. */
  async upgrade(incoming: IncomingMessage, socket: Socket, head: Buffer, { port }: Instance): Promise<number> {
    const exchange = exchangeOf(incoming)
    try {
      await this.#proxy.ws(incoming, socket, { target: { host: '127.0.0.1', port }, agent: false, xfwd: true }, head)
      return exchange.upgradeStatus ?? clientLeft
    } catch {
      const { upgradeStatus } = exchange
      if (upgradeStatus === undefined && socket.writable)
        socket.end('HTTP/1.1 502 Bad Gateway\r\nconnection: close\r\ncontent-length: 0\r\n\r\n')
      return upgradeStatus ?? 502
    }
  }

  #send(incoming: IncomingMessage, outgoing: ServerResponse, { port }: Instance, agent: Instance['agent'] | false): Promise<void> {
    const headers = { connection: agent === false ? 'close' : 'keep-alive' }
    return this.#proxy.web(incoming, outgoing, { target: { host: '127.0.0.1', port }, agent, xfwd: true, headers })
  }
}

/**
 * A server may close a resting connection in the very moment in which a request is sent on it; that request was not
 * heard. One with a body is not repeated, for part of the body is gone.
 */
const mayRepeat = ({ sent }: Exchange, incoming: IncomingMessage, outgoing: ServerResponse): boolean => {
  const hasBody = (incoming.headers['content-length'] ?? '0') !== '0' || incoming.headers['transfer-encoding'] !== undefined
  return sent?.reusedSocket === true && !hasBody && idempotent.has(incoming.method ?? '') && !outgoing.headersSent && !outgoing.destroyed
}

const badGateway = (outgoing: ServerResponse): number => {
  if (outgoing.destroyed) return clientLeft
  if (outgoing.headersSent) outgoing.destroy()
  else outgoing.writeHead(502, { 'content-type': 'text/plain' }).end('The version did not answer.\n')
  return 502
}
