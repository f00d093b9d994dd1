import { once } from 'node:events'
import { mkdtempSync, writeFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { request as send, type RequestOptions } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { FaultProxy, type Passed } from '../../fakes/fault-proxy.ts'
import type { TestCluster } from './cluster.ts'

export type { Fault, Hold, Passed } from '../../fakes/fault-proxy.ts'

/** Stands between the actions and the API server. Whoever comes through is an administrator. */
export class ApiProxy extends FaultProxy {
  readonly #cluster: TestCluster

  private constructor(cluster: TestCluster) {
    super()
    this.#cluster = cluster
  }

  static before(cluster: TestCluster): Promise<ApiProxy> {
    return new ApiProxy(cluster).listen()
  }

  /** A kubeconfig that leads here. */
  kubeconfig(): string {
    const file = join(mkdtempSync(join(tmpdir(), 'dk-proxy-')), 'kubeconfig')
    const text = stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'proxy',
      clusters: [{ name: 'proxy', cluster: { server: this.url, 'insecure-skip-tls-verify': true } }],
      users: [{ name: 'proxy', user: {} }],
      contexts: [{ name: 'proxy', context: { cluster: 'proxy', user: 'proxy' } }],
    })
    writeFileSync(file, text)
    return file
  }

  protected async pass(
    { method, path }: Passed,
    { authorization: _strangers, ...headers }: IncomingMessage['headers'],
    body: Buffer,
    signal: AbortSignal,
  ): Promise<IncomingMessage> {
    const { connection } = this.#cluster.client
    const options: RequestOptions = {}
    await connection.config.applyToHTTPSOptions(options)
    const call = send(new URL(path, connection.server), {
      ...options,
      method,
      signal,
      headers: { ...headers, 'content-length': body.length },
      agent: new URL(connection.server).protocol === 'https:' ? undefined : false,
    })
    call.end(body)
    const [answer] = (await once(call, 'response')) as [IncomingMessage]
    return answer
  }
}
