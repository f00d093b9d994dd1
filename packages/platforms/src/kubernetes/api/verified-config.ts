import { readFileSync } from 'node:fs'
import type { Agent, RequestOptions } from 'node:https'
import { KubeConfig, type User } from '@kubernetes/client-node'
import { KitError, systemClock, type Clock } from '@deploy-kit/core'
import { keptAlive } from './agents.ts'
import { credentialsOf, type Credentials } from './credentials/index.ts'

/**
 * The official client's kubeconfig with ways in of ours, for requests and tunnels alike: credentials that are renewed, one kept-alive agent, and a server that
 * is always verified, whatever NODE_TLS_REJECT_UNAUTHORIZED says. The kubeconfig alone can waive that, and `loadKubeConfig` refuses it unless it was asked for.
 */
export class VerifiedConfig extends KubeConfig {
  readonly #clock: Clock
  readonly #agents = keptAlive()
  #credentials: Credentials | undefined

  constructor(clock: Clock) {
    super()
    this.#clock = clock
  }

  /** Any kubeconfig as one with these ways in; one that has them is left as it is. */
  static of(config: KubeConfig, clock: Clock = systemClock): VerifiedConfig {
    if (config instanceof VerifiedConfig) return config
    const verified = new VerifiedConfig(clock)
    const { clusters, users, contexts, currentContext } = config
    verified.loadFromOptions({ clusters, users, contexts, currentContext })
    return verified
  }

  get credentials(): Credentials {
    this.#credentials ??= credentialsOf(this.#user, this.#cluster, this.#clock)
    return this.#credentials
  }

  get #cluster() {
    const cluster = this.getCurrentCluster()
    if (cluster === null) throw new KitError('cluster-config-invalid', 'The kubeconfig names no cluster for its current context.')
    return cluster
  }

  get #user(): User {
    return this.getCurrentUser() ?? { name: '' }
  }

  /** Options of a request with everything that the server wants to see, and an agent that has verified it. */
  async requestOptions(): Promise<RequestOptions> {
    const { server, proxyUrl, skipTLSVerify, tlsServerName, caFile, caData } = this.#cluster
    const { certFile, certData, keyFile, keyData, impersonateUser } = this.#user
    const { headers, cert = pem(certFile, certData), key = pem(keyFile, keyData) } = await this.credentials.current()
    const ca = pem(caFile, caData)
    const trust = {
      ...(ca !== undefined && { ca }),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
      ...(tlsServerName ? { servername: tlsServerName } : {}),
      rejectUnauthorized: !skipTLSVerify,
    }
    return {
      ...trust,
      headers: { ...headers, ...(impersonateUser ? { 'Impersonate-User': impersonateUser } : {}) },
      agent: this.#agents({ ...trust, proxy: proxyUrl, server }) as Agent,
    }
  }

  override async applyToHTTPSOptions(options: RequestOptions): Promise<void> {
    Object.assign(options, await this.requestOptions())
  }
}

const pem = (file: string | undefined, data: string | undefined): Buffer | undefined =>
  data ? Buffer.from(data, 'base64') : file ? readPem(file) : undefined

const readPem = (file: string): Buffer => {
  try {
    return readFileSync(file)
  } catch (error) {
    throw new KitError('cluster-config-invalid', `The kubeconfig names the file ${file}, which cannot be read.`, { cause: error })
  }
}
