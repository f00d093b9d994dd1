import { Agent as HttpAgent } from 'node:http'
import { Agent, type AgentOptions } from 'node:https'
import { BlockList, isIP } from 'node:net'
import { getProxyUrl } from '@actions/http-client/lib/proxy'
import { HttpProxyAgent, HttpsProxyAgent } from 'hpagent'
import { SocksProxyAgent } from 'socks-proxy-agent'

/** What a connection is trusted by, and where it goes through. */
export interface Trust extends Pick<AgentOptions, 'ca' | 'cert' | 'key' | 'servername' | 'rejectUnauthorized'> {
  readonly proxy: string | undefined
  readonly server: string
}

/** One agent for as long as the certificates are the same: a handshake costs more than the request. */
export const keptAlive = (): ((trust: Trust) => HttpAgent) => {
  let agent: HttpAgent | undefined
  let madeFor = ''
  return (trust) => {
    const wanted = JSON.stringify(trust)
    if (agent === undefined || wanted !== madeFor) {
      madeFor = wanted
      agent = agentFor(trust)
    }
    return agent
  }
}

const agentFor = ({ proxy, server, ...tls }: Trust): HttpAgent => {
  const alive = { keepAlive: true, keepAliveMsecs: 30_000 }
  const secure = server.startsWith('https:')
  if (proxy === undefined) return secure ? new Agent({ ...tls, ...alive }) : new HttpAgent(alive)
  if (proxy.startsWith('socks')) return new SocksProxyAgent(proxy, { ...alive })
  return secure ? new HttpsProxyAgent({ ...tls, ...alive, proxy }) : new HttpProxyAgent({ ...alive, proxy })
}

/** The proxy that the environment names for a server: HTTPS_PROXY and NO_PROXY as everywhere, with networks (10.0.0.0/8) as kubectl takes them. */
export const environmentProxy = (server: string, environment: NodeJS.ProcessEnv = process.env): string | undefined => {
  const { hostname } = new URL(server)
  const address = hostname.replace(/^\[|\]$/g, '')
  if (isIP(address) !== 0 && withinAny(address, environment['no_proxy'] ?? environment['NO_PROXY'] ?? '')) return undefined
  return getProxyUrl(new URL(server))?.href
}

const withinAny = (address: string, list: string): boolean => {
  const networks = new BlockList()
  for (const entry of list.split(',')) {
    const [network = '', bits] = entry.trim().split('/')
    const version = isIP(network)
    if (version !== 0 && bits !== undefined && /^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128))
      networks.addSubnet(network, Number(bits), version === 4 ? 'ipv4' : 'ipv6')
  }
  return networks.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6')
}
