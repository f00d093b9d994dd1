import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Fault } from '../../contracts/metric-source.ts'

export interface Asked {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface Told {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as it is when it is text, otherwise as JSON. */
  readonly body: unknown
}

/** A metric source on a real socket. What it is asked and does not know is a fault of the test, told when it is closed. */
export class MetricServer {
  fault: Fault | undefined
  /** Told instead of the true answer, one after the other. */
  readonly instead: Told[] = []
  readonly asked: Asked[] = []
  readonly #confused: unknown[] = []
  readonly #server = createServer((request, response) => void this.#answer(request, response))
  readonly #tell: (asked: Asked) => Told
  readonly #faults: Readonly<Record<'unauthorised' | 'busy' | 'wrong-shape', Told>>

  constructor(tell: (asked: Asked) => Told, faults: Readonly<Record<'unauthorised' | 'busy' | 'wrong-shape', Told>>) {
    this.#tell = tell
    this.#faults = faults
  }

  async open(): Promise<this> {
    await new Promise<void>((resolve) => {
      this.#server.listen(0, '127.0.0.1', resolve)
    })
    return this
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => {
      this.#server.close(resolve)
    })
    if (this.#confused.length > 0) throw this.#confused[0]
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://here')
    const asked = { method: request.method ?? '', path: pathname, query: searchParams, headers: request.headers, body: await text(request) }
    this.asked.push(asked)
    if (this.fault === 'hanging') return
    if (this.fault === 'unreachable') {
      request.socket.destroy()
      return
    }
    const { status = 200, headers = {}, body } = this.#told(asked)
    response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body))
  }

  #told(asked: Asked): Told {
    const instead = this.instead.shift()
    if (instead !== undefined) return instead
    if (this.fault === 'not-json') return { body: '<!doctype html><title>Sign in</title>' }
    if (this.fault === 'unauthorised' || this.fault === 'busy' || this.fault === 'wrong-shape') return this.#faults[this.fault]
    try {
      return this.#tell(asked)
    } catch (error) {
      this.#confused.push(error)
      return { status: 500, body: String(error) }
    }
  }
}

/** Throws unless it holds: what a real server would refuse. */
export function insist(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(`a real server refuses ${what}`)
}
