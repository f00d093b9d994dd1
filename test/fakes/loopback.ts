import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Loopback {
  readonly url: string
  close(): Promise<void>
}

/** A server on a real socket of this machine. What the handler throws breaks the connection, and is thrown again by `close`. */
export const loopback = async (handle: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>): Promise<Loopback> => {
  const faults: unknown[] = []
  const server = createServer((request, response) => {
    void (async () => handle(request, response))().catch((error: unknown) => {
      faults.push(error)
      request.socket.destroy()
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => {
        server.close(resolve)
      })
      if (faults.length > 0) throw faults[0]
    },
  }
}
