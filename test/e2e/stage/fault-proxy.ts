import { once } from 'node:events'
import { createServer, request as send, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What the proxy does with a request: pass it on, answer 500, or keep its mouth shut. */
export type Fault = 'none' | 'answers-500' | 'is-silent'

/** Stands between the actions and the admin API, and fails when it is told to. */
export interface FaultProxy extends AsyncDisposable {
  readonly url: string
  fault: Fault
  /** Hears of each request before it is passed on. */
  onRequest: (request: IncomingMessage) => void
}

export const faultProxy = async (admin: string): Promise<FaultProxy> => {
  const server = createServer((incoming, outgoing) => {
    proxy.onRequest(incoming)
    if (proxy.fault === 'is-silent') return
    if (proxy.fault === 'answers-500') return void outgoing.writeHead(500).end('out of order')
    const { method, headers, url = '/' } = incoming
    const passed = send(new URL(url, admin), { method, headers: { ...headers, host: new URL(admin).host } }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    passed.on('error', () => outgoing.destroy())
    incoming.pipe(passed)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const proxy: FaultProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fault: 'none',
    onRequest: () => undefined,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
  return proxy
}
