import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { KitError, type Clock } from '@deploy-kit/core'

/** Listens on 127.0.0.1 only and returns the port; 0 takes a free one. @throws KitError `port-taken` */
export const listenOnLoopback = (server: Server, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', (cause) => reject(new KitError('port-taken', `Port ${port} of 127.0.0.1 could not be opened.`, { cause })))
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })

/** Takes no new connection, lets what is under way end, and breaks off what is left after `withinMs` milliseconds. */
export const closeGracefully = async (server: Server, withinMs: number, clock: Clock): Promise<void> => {
  if (!server.listening) return
  const over = new AbortController()
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.once('close', () => over.abort())
  const deadline = clock.now() + withinMs
  while (!over.signal.aborted && clock.now() < deadline) {
    // A connection comes to rest after its last answer, and its client keeps it.
    server.closeIdleConnections()
    await Promise.race([closed, clock.sleep(20, over.signal).catch(() => undefined)])
  }
  server.closeAllConnections()
  await closed
}
