// Load in a process of its own: each connection sends its next request when the last answer is complete (closed loop).
// Sockets and not a client library: on two cores a client that costs as much as a proxy hides what the proxy costs, and
// autocannon counts whole milliseconds where a proxy adds tenths.
//   node load.ts <port> <path> <connections> <milliseconds>
import { connect } from 'node:net'
import { quantile } from '../kit/figures.ts'

/** What one run of the load found. Latencies in milliseconds. */
export interface Load {
  readonly perSecond: number
  /** Answers that were not 200, and connections that broke. */
  readonly failed: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
}

const [port, path, connections, forMs] = [Number(process.argv[2]), process.argv[3], Number(process.argv[4]), Number(process.argv[5])]
const request = Buffer.from(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n\r\n`)
const warmUpMs = 250

const latencies: number[] = []
let failed = 0
const startedAt = performance.now()
const from = startedAt + warmUpMs
const until = from + forMs

const converse = (): Promise<void> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    let began = 0
    let head = ''
    /** Bytes of the answer that have not come yet; below 0 while its head is incomplete. */
    let left = -1
    const ask = (): void => {
      began = performance.now()
      if (began >= until) {
        socket.destroy()
        resolve()
        return
      }
      left = -1
      head = ''
      socket.write(request)
    }
    const hear = (chunk: Buffer): void => {
      if (left < 0) {
        head += chunk.toString('latin1')
        const end = head.indexOf('\r\n\r\n')
        if (end < 0) return
        const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1]
        if (length === undefined) throw new Error(`an answer without a length: ${head.slice(0, end)}`)
        if (!head.startsWith('HTTP/1.1 200 ')) failed += 1
        left = Number(length) - (head.length - end - 4)
      } else left -= chunk.length
      if (left > 0) return
      if (began >= from) latencies.push(performance.now() - began)
      ask()
    }
    socket.once('connect', ask)
    socket.on('data', hear)
    socket.once('error', () => undefined)
    socket.once('close', () => {
      if (performance.now() < until) failed += 1
      resolve()
    })
  })

await Promise.all(Array.from({ length: connections }, converse))
const seconds = (performance.now() - from) / 1_000
const [p50 = 0, p95 = 0, p99 = 0] = [0.5, 0.95, 0.99].map((share) => quantile(latencies, share))
console.log(JSON.stringify({ perSecond: latencies.length / seconds, failed, p50, p95, p99 } satisfies Load))
