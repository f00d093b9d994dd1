import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Clock } from '@deploy-kit/core'
import type { Side } from '@deploy-kit/rollout'
import { closeGracefully, listenOnLoopback } from '../http-server.ts'
import { digestHeader, sideHeader, sides } from '../../protocol.ts'
import type { Version } from '../version.ts'
import { Forwarder } from './forward.ts'

/** Chooses the version for a request; undefined when there is none. */
export type Route = (pinned: Side | undefined) => Version | undefined

/** Listens for the users of one app and sends their requests to its versions. */
export class Front {
  readonly #server: Server
  readonly #forwarder = new Forwarder()
  readonly #upgraded = new Set<Duplex>()
  #isClosing = false

  constructor(route: Route) {
    // An upload or an event stream may take as long as it takes. A resting connection is kept longer than usual clients
    // keep theirs, so that they close it and not we, in the moment of their next request.
    this.#server = createServer({ keepAliveTimeout: 75_000, requestTimeout: 0 }, (incoming, outgoing) => {
      if (this.#isClosing) outgoing.shouldKeepAlive = false
      void this.#answer(incoming, outgoing, route)
    })
    this.#server.on('upgrade', (incoming, socket, head) => void this.#upgrade(incoming, socket, head, route))
  }

  /** Begins to listen on loopback and returns the port. @throws KitError `port-taken` */
  listen(port: number): Promise<number> {
    return listenOnLoopback(this.#server, port)
  }

  /** Takes no new connection, lets what is under way end, and breaks off after `withinMs` milliseconds. */
  async close(withinMs: number, clock: Clock): Promise<void> {
    this.#isClosing = true
    const conversations = this.#closeUpgraded(withinMs, clock)
    await closeGracefully(this.#server, withinMs, clock)
    await conversations
  }

  /** The server knows nothing any more of connections that were upgraded. */
  async #closeUpgraded(withinMs: number, clock: Clock): Promise<void> {
    const deadline = clock.now() + withinMs
    while (this.#upgraded.size > 0 && clock.now() < deadline) await clock.sleep(20)
    for (const socket of this.#upgraded) socket.destroy()
  }

  async #answer(incoming: IncomingMessage, outgoing: ServerResponse, route: Route): Promise<void> {
    const pinned = pinnedSide(incoming)
    const version = route(pinned)
    if (version === undefined) {
      outgoing
        .writeHead(503, { 'content-type': 'text/plain' })
        .end(pinned === undefined ? 'No version serves yet.\n' : `There is no ${pinned} version.\n`)
      return
    }
    const leave = version.enter()
    const began = performance.now()
    outgoing.setHeader(digestHeader, version.release.digest)
    const instance = version.next()
    let code = 502
    if (instance === undefined) outgoing.writeHead(502, { 'content-type': 'text/plain' }).end('No process of the version is ready.\n')
    else code = await this.#forwarder.web(incoming, outgoing, instance)
    version.metrics.count(code, pinned !== undefined, instance?.replica, (performance.now() - began) / 1_000)
    leave()
  }

  async #upgrade(incoming: IncomingMessage, socket: Duplex, head: Buffer, route: Route): Promise<void> {
    const pinned = pinnedSide(incoming)
    const version = route(pinned)
    const instance = version?.next()
    if (version === undefined || instance === undefined) {
      socket.end('HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\ncontent-length: 0\r\n\r\n')
      return
    }
    const leave = version.enter()
    this.#upgraded.add(socket)
    const code = await this.#forwarder.upgrade(incoming, socket as Socket, head, instance)
    this.#upgraded.delete(socket)
    // How long a conversation lasts is no latency.
    version.metrics.count(code, pinned !== undefined, instance.replica)
    leave()
  }
}

const pinnedSide = (incoming: IncomingMessage): Side | undefined => {
  const wanted = incoming.headers[sideHeader]
  return sides.find((side) => side === wanted)
}
