import { request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent, request as httpsRequest, type RequestOptions } from 'node:https'
import { getProxyUrl } from '@actions/http-client/lib/proxy'
import type { KubeConfig } from '@kubernetes/client-node'

/** An authenticated way to the API server. Credentials are asked for anew with each request, so that a token may expire in the middle of a run. */
export interface Connection {
  readonly server: string
  /** One exchange, in the form that core's `request` takes. */
  readonly fetch: (url: string | URL, init: RequestInit & { readonly signal: AbortSignal }) => Promise<Response>
  /** The answer as a stream, for watches. The caller reads it to its end or aborts. */
  readonly stream: (url: string | URL, signal: AbortSignal) => Promise<IncomingMessage>
  readonly config: KubeConfig
}

/**
 * Opens a connection by what a kubeconfig says: certificates, tokens, exec plugins, OpenID, proxies. TLS is always verified, whatever
 * NODE_TLS_REJECT_UNAUTHORIZED says; the kubeconfig alone can waive it, and `loadKubeConfig` refuses that unless it was asked for.
 */
export const connect = (config: KubeConfig): Connection => {
  const server = config.getCurrentCluster()?.server ?? ''
  const agents = keptAlive()

  const optionsFor = async (url: URL): Promise<RequestOptions> => {
    const options: RequestOptions = {}
    await config.applyToHTTPSOptions(options)
    const verified = { ...options, rejectUnauthorized: options.rejectUnauthorized ?? true }
    return usesProxy(config, url) ? verified : { ...verified, agent: agents(verified, url) }
  }

  const send = async (url: URL, init: RequestInit, signal: AbortSignal): Promise<IncomingMessage> => {
    const options = await optionsFor(url)
    const body = typeof init.body === 'string' ? init.body : undefined
    const headers = {
      ...(options.headers as Record<string, string> | undefined),
      ...(init.headers as Record<string, string> | undefined),
      ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }),
    }
    return new Promise((answer, fail) => {
      const start = url.protocol === 'https:' ? httpsRequest : httpRequest
      const outgoing = start(url, { ...options, method: init.method ?? 'GET', headers, signal }, answer)
      outgoing.on('error', (error) => fail(signal.aborted ? (signal.reason as Error) : error))
      outgoing.end(body)
    })
  }

  return {
    server,
    config,
    stream: (url, signal) => send(new URL(url), {}, signal),
    fetch: async (url, init) => {
      const incoming = await send(new URL(url), init, init.signal)
      const chunks: Buffer[] = []
      for await (const chunk of incoming) chunks.push(chunk as Buffer)
      const status = incoming.statusCode ?? 500
      const bodyless = status === 204 || status === 304
      return new Response(bodyless ? null : Buffer.concat(chunks), { status, headers: headersOf(incoming) })
    },
  }
}

const headersOf = ({ headers }: IncomingMessage): [string, string][] =>
  Object.entries(headers).flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, String(value)]]))

/** Proxies of the kubeconfig come with agents of their own; those of the environment were written into it when it was loaded. */
const usesProxy = (config: KubeConfig, url: URL): boolean => config.getCurrentCluster()?.proxyUrl !== undefined || url.protocol !== 'https:'

/** One agent for as long as the certificates are the same: a handshake costs more than the request. */
const keptAlive = (): ((options: RequestOptions, url: URL) => Agent) => {
  let agent: Agent | undefined
  let madeFor = ''
  return ({ ca, cert, key, pfx, passphrase, servername, rejectUnauthorized }) => {
    const trust = { ca, cert, key, pfx, passphrase, servername, rejectUnauthorized }
    const wanted = JSON.stringify(trust)
    if (agent === undefined || wanted !== madeFor) {
      madeFor = wanted
      agent = new Agent({ ...trust, keepAlive: true, keepAliveMsecs: 30_000 })
    }
    return agent
  }
}

/** The proxy that the environment names for a server, HTTPS_PROXY and NO_PROXY as everywhere. */
export const environmentProxy = (server: string): string | undefined => getProxyUrl(new URL(server))?.href
