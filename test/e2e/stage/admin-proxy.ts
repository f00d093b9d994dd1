import { once } from 'node:events'
import { request as send, type IncomingMessage } from 'node:http'
import { FaultProxy, type Passed } from '../../fakes/fault-proxy.ts'

/** Stands between the actions and the admin API of an edge. */
export class AdminProxy extends FaultProxy {
  readonly #admin: string

  constructor(admin: string) {
    super()
    this.#admin = admin
  }

  protected async pass(
    { method, path }: Passed,
    headers: IncomingMessage['headers'],
    body: Buffer,
    signal: AbortSignal,
  ): Promise<IncomingMessage> {
    const call = send(new URL(path, this.#admin), { method, headers: { ...headers, 'content-length': body.length }, agent: false, signal })
    call.end(body)
    const [answer] = (await once(call, 'response')) as [IncomingMessage]
    return answer
  }
}
