import { KitError } from '@deploy-kit/core'
import type { Credentials } from '../auth/credentials.ts'
import { exchanged, textIn, type LoginPorts } from './ports.ts'

export interface DockerHubLogin {
  /** The organization on Docker Hub that the connection belongs to. */
  readonly organization: string
  /** Identifier of its OIDC connection; no secret. */
  readonly connection: string
  /** How long the token lives, in seconds: 300 to 3600. Default 3600, for builds take longer than five minutes. */
  readonly lifetime?: number
}

const identity = 'https://identity.docker.com'

/**
 * Credentials for Docker Hub in exchange for the identity of the job
 * (docs.docker.com/enterprise/security/oidc-connections/; the exchange as docker/oidc-action does it).
 * @throws KitError `registry-login-failed`
 */
export const dockerHubCredentials = async (login: DockerHubLogin, ports: LoginPorts, endpoint = identity): Promise<Credentials> => {
  if (!/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(login.connection)) {
    throw new KitError(
      'registry-login-failed',
      `\`${login.connection}\` is not the identifier of an OIDC connection of Docker Hub, which is a UUID.`,
    )
  }
  const lifetime = login.lifetime ?? 3600
  const form = new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
    subject_token: await ports.identityToken(identity),
    connection_id: login.connection,
    expires_in: String(lifetime),
  })
  const service = 'Docker Hub (identity.docker.com)'
  const body = await exchanged(service, `${endpoint}/oauth/token`, ports, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
  })
  const password = textIn(service, body, 'access_token')
  ports.mask(password)
  return { kind: 'password', username: login.organization, password }
}
