// A small web shop, the sample application of deploy-kit. Plain Node, nothing to install.
import { createServer } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { dealOfTheMoment } from './deals.mjs'
import { page } from './page.mjs'
import { products } from './products.mjs'

const number = (name, fallback) => {
  const value = Number(process.env[name] ?? fallback)
  if (!Number.isFinite(value) || value < 0) throw new Error(`${name} must be a number from 0, not ${process.env[name]}`)
  return value
}

const settings = {
  host: process.env.HOST ?? '127.0.0.1',
  port: number('PORT', 8080),
  version: process.env.VERSION ?? 'dev',
  digest: process.env.DEPLOY_KIT_DIGEST ?? null,
  deals: process.env.DEALS ?? 'off',
  failureRate: number('FAILURE_RATE', 0),
  latencyMs: number('LATENCY_MS', 0),
  startDelayMs: number('START_DELAY_MS', 0),
  crashAfter: number('CRASH_AFTER', 0),
}

let stopping = false
let answered = 0

const routes = {
  '/': () => html(200, page({ version: settings.version, products, deal: dealOfTheMoment(settings.deals) })),
  '/api/products': () => {
    if (Math.random() < settings.failureRate) throw new Error('FAILURE_RATE made this request fail')
    return json(200, { version: settings.version, products, deal: dealOfTheMoment(settings.deals) })
  },
  '/healthz': () => (stopping ? json(503, { status: 'stopping' }) : json(200, { status: 'ok' })),
  '/version': () => json(200, { version: settings.version, digest: settings.digest }),
}

const json = (status, body) => ({ status, type: 'application/json', text: JSON.stringify(body) })
const html = (status, text) => ({ status, type: 'text/html; charset=utf-8', text })

const answer = (method, path) => {
  const route = Object.hasOwn(routes, path) ? routes[path] : undefined
  if (route === undefined) return json(404, { error: 'not found' })
  if (method !== 'GET' && method !== 'HEAD') return json(405, { error: 'only GET and HEAD' })
  try {
    return route()
  } catch (error) {
    process.stderr.write(`${method} ${path}: ${error.stack.split('\n').slice(0, 2).join('')}\n`)
    return json(500, { error: 'internal error' })
  }
}

const server = createServer(async (request, response) => {
  request.resume()
  const path = request.url.split('?', 1)[0]
  if (settings.latencyMs > 0 && path !== '/healthz') await delay(settings.latencyMs)
  const { status, type, text } = answer(request.method, path)
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(text),
    'x-version': settings.version,
    // Tells a keep-alive client to send its next request elsewhere.
    ...(stopping ? { connection: 'close' } : {}),
  })
  response.end(request.method === 'HEAD' ? undefined : text)
  answered += path === '/healthz' ? 0 : 1
  if (settings.crashAfter > 0 && answered >= settings.crashAfter) response.on('close', () => process.exit(70))
})

// Requests under way are answered; idle connections are closed; then the process ends by itself.
const stop = () => {
  if (stopping) return
  stopping = true
  server.close(() => process.exit(0))
  server.closeIdleConnections()
}
process.on('SIGTERM', stop)
process.on('SIGINT', stop)

await delay(settings.startDelayMs)
if (stopping) process.exit(0)
server.listen(settings.port, settings.host, () => {
  process.stdout.write(`shop ${settings.version} listens on http://${settings.host}:${server.address().port}\n`)
})
