import { once } from 'node:events'
import { Agent, request, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import type { EdgeApp } from '../kit/edge-app.ts'

/** What an abort cannot be faster than: one bare PUT of a weight, on a connection that stands. */
export class Reference {
  readonly #admin: string
  readonly #app: EdgeApp
  readonly #agent = new Agent({ keepAlive: true })
  #weight = 0

  constructor(admin: string, app: EdgeApp) {
    this.#admin = admin
    this.#app = app
  }

  /** Milliseconds until the edge has answered. Each one changes the weight, so each one is stored. */
  async put(): Promise<number> {
    this.#weight = this.#weight === 0 ? 5 : 0
    const { path, holder } = this.#app
    const headers = { 'content-type': 'application/json', 'x-deploy-kit-lease': holder }
    const began = performance.now()
    const sent = request(`${this.#admin}${path}/weight`, { method: 'PUT', agent: this.#agent, headers })
    sent.end(JSON.stringify({ weight: this.#weight }))
    const [answer] = (await once(sent, 'response')) as [IncomingMessage]
    const body = await text(answer)
    if (answer.statusCode !== 200) throw new Error(`the reference was refused: ${body}`)
    return performance.now() - began
  }

  close(): void {
    this.#agent.destroy()
  }
}
