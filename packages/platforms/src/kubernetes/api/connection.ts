import type { IncomingMessage } from 'node:http'
import type { KubeConfig } from '@kubernetes/client-node'
import { messageOf } from '@deploy-kit/core'
import { send, start, type Outgoing } from './exchange.ts'
import { VerifiedConfig } from './verified-config.ts'

/** An authenticated way to the API server. Credentials are asked for anew with each request, so that a token may expire in the middle of a run. */
export interface Connection {
  readonly server: string
  /** One exchange, in the form that core's `request` takes. A 401 is answered once with other credentials, where there are any. */
  readonly fetch: (url: string | URL, init: RequestInit & { readonly signal: AbortSignal }) => Promise<Response>
  /** The answer as a stream, for watches. The caller reads it to its end or aborts. */
  readonly stream: (url: string | URL, signal: AbortSignal) => Promise<IncomingMessage>
  readonly config: KubeConfig
}

/** Opens a connection by what a kubeconfig says. Nothing is contacted yet. */
export const connect = (given: KubeConfig): Connection => {
  const config = VerifiedConfig.of(given)
  const withRenewal = async <T extends { readonly statusCode?: number | undefined; readonly status?: number }>(
    exchange: () => Promise<T>,
    leave: (answer: T) => void,
  ): Promise<T> => {
    const answer = await exchange().catch(explained(config))
    if ((answer.status ?? answer.statusCode) !== 401 || !config.credentials.renew()) return answer
    leave(answer)
    return exchange().catch(explained(config))
  }
  return {
    server: config.getCurrentCluster()?.server ?? '',
    config,
    stream: (url, signal) =>
      withRenewal(
        async () => {
          const { headers, ...options } = await config.requestOptions()
          return start(new URL(url), { headers: headers as Record<string, string> }, options, signal)
        },
        (answer) => answer.resume(),
      ),
    fetch: (url, init) =>
      withRenewal(
        async () => {
          const { headers, ...options } = await config.requestOptions()
          const outgoing: Outgoing = {
            method: init.method ?? 'GET',
            headers: { ...(init.headers as Record<string, string> | undefined), ...(headers as Record<string, string>) },
            ...(typeof init.body === 'string' && { body: init.body }),
          }
          return send(new URL(url), outgoing, options, init.signal)
        },
        () => undefined,
      ),
  }
}

/** A proxy that refuses says so by a status alone. */
const explained =
  (config: VerifiedConfig) =>
  (error: unknown): never => {
    const [, status] = /^Bad response: (\d+)$/.exec(messageOf(error)) ?? []
    if (status === undefined) throw error
    const proxy = new URL(config.getCurrentCluster()?.proxyUrl ?? '')
    throw new Error(`the proxy ${proxy.protocol}//${proxy.host} answered ${status} when asked for a way to the server`, { cause: error })
  }
