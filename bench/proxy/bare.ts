// The least that a proxy can be: `library` hands requests to the edge's own proxy library, `pipe` joins the two streams.
//   node bare.ts library|pipe <port of the backend>
import { Agent, createServer, request, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createProxyServer } from 'httpxy'

const [, , kind, to] = process.argv
const port = Number(to)
const agent = new Agent({ keepAlive: true, maxFreeSockets: 256 })
const proxy = createProxyServer()

const library: RequestListener = (incoming, outgoing) => {
  const options = { target: { host: '127.0.0.1', port }, agent, xfwd: true, headers: { connection: 'keep-alive' } }
  proxy.web(incoming, outgoing, options).catch(() => outgoing.destroy())
}

const pipe: RequestListener = (incoming, outgoing) => {
  const { method, url: path, headers } = incoming
  const sent = request({ host: '127.0.0.1', port, method, path, headers, agent }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(outgoing)
  })
  sent.once('error', () => outgoing.destroy())
  incoming.pipe(sent)
}

const server = createServer({ keepAliveTimeout: 75_000 }, kind === 'library' ? library : pipe)
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port))
process.on('SIGTERM', () => process.exit(0))
