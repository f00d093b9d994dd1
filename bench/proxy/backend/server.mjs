// Answers as fast as Node can: `/small` with 100 bytes, `/large` with 64 kB, anything else with nothing.
import { createServer } from 'node:http'

const bodies = { '/small': Buffer.alloc(100, 'x'), '/large': Buffer.alloc(64 * 1024, 'x') }
const nothing = Buffer.alloc(0)

const server = createServer({ keepAliveTimeout: 75_000 }, (request, response) => {
  request.resume()
  const body = bodies[request.url] ?? nothing
  response.writeHead(200, { 'content-type': 'text/plain', 'content-length': body.length })
  response.end(body)
})
server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => console.log(server.address().port))
process.on('SIGTERM', () => process.exit(0))
