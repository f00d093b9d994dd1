import { KitError, messageOf, type Clock } from '@deploy-kit/core'
import { lastLines, supervise } from '@deploy-kit/core/process'
import { bearer, marginMs, type Credential, type Credentials } from './credentials.ts'

/** `user.exec` of a kubeconfig (client.authentication.k8s.io). */
export interface ExecPlugin {
  readonly apiVersion?: string
  readonly command?: string
  readonly args?: readonly string[] | null
  readonly env?: readonly { readonly name: string; readonly value: string }[] | null
  readonly installHint?: string
  readonly provideClusterInfo?: boolean
  readonly interactiveMode?: string
}

interface ExecCredential {
  readonly kind?: string
  readonly status?: {
    readonly token?: string
    readonly clientCertificateData?: string
    readonly clientKeyData?: string
    readonly expirationTimestamp?: string
  }
}

/** What a plugin that asks for it is told of the cluster. */
export interface ClusterInfo {
  readonly server: string
  readonly caData?: string
  readonly tlsServerName?: string
  readonly proxyUrl?: string
}

const apiVersions = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1']
const deadlineMs = 60_000

/**
 * Credentials from a program, such as `aws eks get-token`. It is run once for all requests that wait for it, and again when what it gave
 * has expired or was refused.
 */
export const execPlugin = (plugin: ExecPlugin, cluster: ClusterInfo, clock: Clock): Credentials => {
  let held: { readonly credential: Credential; readonly expiresAt: number } | undefined
  let asking: Promise<Credential> | undefined
  const ask = async (): Promise<Credential> => {
    const { status = {} } = await run(plugin, cluster)
    const credential = credentialOf(status, plugin)
    const expires = Date.parse(status.expirationTimestamp ?? '')
    held = { credential, expiresAt: Number.isNaN(expires) ? Number.POSITIVE_INFINITY : expires }
    return credential
  }
  return {
    current: async () => {
      if (held !== undefined && clock.now() < held.expiresAt - marginMs) return held.credential
      asking ??= ask().finally(() => (asking = undefined))
      return asking
    },
    renew: () => {
      held = undefined
      return true
    },
  }
}

const run = async (
  { apiVersion = '', command, args, env, installHint, provideClusterInfo, interactiveMode }: ExecPlugin,
  cluster: ClusterInfo,
): Promise<ExecCredential> => {
  if (command === undefined || command === '') throw failed('`exec` of the kubeconfig names no `command`.')
  if (!apiVersions.includes(apiVersion))
    throw failed(`The plugin ${command} speaks ${apiVersion || 'no version'}. Allowed: ${apiVersions.join(', ')}.`)
  if (interactiveMode === 'Always')
    throw failed(`The plugin ${command} wants to ask a person (interactiveMode: Always), and there is none.`)
  const information = {
    apiVersion,
    kind: 'ExecCredential',
    spec: {
      interactive: false,
      ...(provideClusterInfo === true && {
        cluster: {
          server: cluster.server,
          ...(cluster.caData !== undefined && { 'certificate-authority-data': cluster.caData }),
          ...(cluster.tlsServerName !== undefined && { 'tls-server-name': cluster.tlsServerName }),
          ...(cluster.proxyUrl !== undefined && { 'proxy-url': cluster.proxyUrl }),
        },
      }),
    },
  }
  const named = Object.fromEntries((env ?? []).map(({ name, value }) => [name, value]))
  const { exitCode, stdout, stderr } = await supervise(command, args ?? [], {
    env: { ...process.env, ...named, KUBERNETES_EXEC_INFO: JSON.stringify(information) },
    deadlineMs,
  }).catch((error: unknown) => {
    if (error instanceof KitError && error.code === 'tool-missing')
      throw failed(`The plugin ${command} of the kubeconfig is not installed.`, installHint?.trim())
    throw failed(`The plugin ${command}: ${messageOf(error)}`)
  })
  if (exitCode !== 0) throw failed(`The plugin ${command} ended with status ${exitCode}: ${lastLines(stderr) || 'it said nothing'}`)
  try {
    return JSON.parse(stdout) as ExecCredential
  } catch {
    // What it printed may hold a part of a token, so it is not shown.
    throw failed(`The plugin ${command} printed ${stdout.length} characters that are no ExecCredential. ${lastLines(stderr)}`.trim())
  }
}

const credentialOf = (
  { token, clientCertificateData: cert, clientKeyData: key }: NonNullable<ExecCredential['status']>,
  { command }: ExecPlugin,
): Credential => {
  if (token === undefined && (cert === undefined || key === undefined))
    throw failed(`The plugin ${command ?? ''} gave neither a token nor a certificate with its key.`)
  return { headers: {}, ...(token !== undefined && bearer(token)), ...(cert !== undefined && key !== undefined && { cert, key }) }
}

const failed = (message: string, remedy?: string): KitError =>
  new KitError('cluster-login-failed', message, remedy === undefined || remedy === '' ? {} : { remedy })
