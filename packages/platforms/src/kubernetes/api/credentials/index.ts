import type { Cluster, User } from '@kubernetes/client-node'
import { KitError, type Clock } from '@deploy-kit/core'
import { bearer, type Credential, type Credentials } from './credentials.ts'
import { execPlugin, type ExecPlugin } from './exec-plugin.ts'
import { openId, type OpenIdConfig } from './open-id.ts'
import { tokenFile } from './token-file.ts'

export type { Credential, Credentials } from './credentials.ts'

interface AuthProvider {
  readonly name?: string
  readonly config?: OpenIdConfig & { readonly tokenFile?: string }
}

/**
 * How a user of a kubeconfig proves who he is, besides the certificate that stands there.
 * @throws KitError `cluster-config-invalid` for what kubectl does not know any more
 */
export const credentialsOf = (user: User, { server, caData, tlsServerName, proxyUrl }: Cluster, clock: Clock): Credentials => {
  if (user.exec)
    return execPlugin(
      user.exec as ExecPlugin,
      {
        server,
        ...(caData !== undefined && { caData }),
        ...(tlsServerName !== undefined && { tlsServerName }),
        ...(proxyUrl !== undefined && { proxyUrl }),
      },
      clock,
    )
  const provider = user.authProvider as AuthProvider | null | undefined
  if (provider?.config?.tokenFile !== undefined) return tokenFile(provider.config.tokenFile, clock)
  if (provider?.name === 'oidc') return openId(provider.config ?? {}, clock)
  if (provider?.name !== undefined)
    throw new KitError(
      'cluster-config-invalid',
      `The kubeconfig uses the auth-provider ${provider.name}, which Kubernetes 1.26 has removed.`,
      {
        remedy: `Make the kubeconfig anew: \`${renewed[provider.name] ?? 'with a plugin under `exec`'}\`.`,
      },
    )
  return fixed(user)
}

const renewed: Readonly<Record<string, string>> = {
  gcp: 'gcloud container clusters get-credentials',
  azure: 'az aks get-credentials && kubelogin convert-kubeconfig',
}

const fixed = ({ token, username, password }: User): Credentials => {
  const basic = username ? `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}` : undefined
  const credential: Credential = token ? bearer(token) : { headers: basic === undefined ? {} : { authorization: basic } }
  return { current: () => Promise.resolve(credential), renew: () => false }
}
