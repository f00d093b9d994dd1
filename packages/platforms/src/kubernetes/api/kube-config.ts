import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path'
import { parse } from 'yaml'
import { KitError, messageOf, systemClock, type Clock, type Logger } from '@deploy-kit/core'
import { environmentProxy } from './agents.ts'
import { VerifiedConfig } from './verified-config.ts'

export interface KubeConfigOptions {
  /** Path of a kubeconfig; else KUBECONFIG, ~/.kube/config, and then the service account of the pod that this runs in. */
  readonly kubeconfig?: string | undefined
  /** Context of the kubeconfig; else its current one. */
  readonly context?: string | undefined
  /** Whether a kubeconfig may waive the verification of the server's certificate. */
  readonly insecure: boolean
}

/**
 * How to reach the cluster.
 * @throws KitError `cluster-config-invalid` naming the file and what it lacks
 */
export const loadKubeConfig = (
  { kubeconfig, context, insecure }: KubeConfigOptions,
  log: Logger,
  clock: Clock = systemClock,
): VerifiedConfig => {
  const config = new VerifiedConfig(clock)
  read(config, kubeconfig)
  if (context !== undefined) {
    const known = config.getContexts().map(({ name }) => name)
    if (!known.includes(context))
      throw invalid(`The kubeconfig has no context \`${context}\`. Allowed: ${known.join(', ') || 'none is there'}.`)
    config.setCurrentContext(context)
  }
  const cluster = config.getCurrentCluster()
  if (cluster === null) throw invalid('The kubeconfig names no cluster for its current context.')
  if (!URL.canParse(cluster.server)) throw invalid(`The kubeconfig names the server \`${cluster.server}\`, which is no address.`)
  if (cluster.skipTLSVerify) {
    if (!insecure)
      throw invalid(
        `The kubeconfig turns the verification of ${cluster.server} off (insecure-skip-tls-verify).`,
        'Put the certificate authority of the cluster into the kubeconfig, or set `insecure-skip-tls-verify: true` in the platform of the environment.',
      )
    log.warning(`The certificate of ${cluster.server} is not verified: whoever is between can read and change everything.`)
  }
  const proxy = cluster.proxyUrl === undefined ? environmentProxy(cluster.server) : undefined
  if (proxy !== undefined)
    config.clusters = config.clusters.map((each) => (each.name === cluster.name ? { ...each, proxyUrl: proxy } : each))
  return config
}

/** Where the kubeconfigs are: the one that is given, those of KUBECONFIG, the one at home. */
const read = (config: VerifiedConfig, given: string | undefined): void => {
  if (given !== undefined) {
    if (!existsSync(given)) throw invalid(`\`kubeconfig\`: there is no file ${given}.`)
    return load(config, [given])
  }
  const listed = (process.env['KUBECONFIG'] ?? '').split(delimiter).filter((path) => path !== '')
  // As kubectl does it: one of several may be missing, but not all of them.
  const there = listed.filter((path) => existsSync(path))
  if (there.length > 0) return load(config, there)
  if (listed.length > 0) throw invalid(`KUBECONFIG names ${listed.join(', ')}, and there is no such file.`)
  const atHome = join(homedir(), '.kube/config')
  if (existsSync(atHome)) return load(config, [atHome])
  if (!existsSync('/var/run/secrets/kubernetes.io/serviceaccount/token') || process.env['KUBERNETES_SERVICE_HOST'] === undefined)
    throw invalid(
      'There is no kubeconfig: none is given, KUBECONFIG is not set, ~/.kube/config does not exist, and this is not a pod.',
      'Log in to the cluster in an earlier step of the job (docs/kubernetes/authentication.md), or name a file with `kubeconfig`.',
    )
  config.loadFromCluster()
}

interface Entry {
  readonly name: string
  readonly [key: string]: unknown
}

interface KubeConfigFile {
  readonly clusters?: readonly Entry[]
  readonly users?: readonly Entry[]
  readonly contexts?: readonly Entry[]
  readonly 'current-context'?: string
}

/** Of entries with the same name the first wins, and so does the first current context (client-go, clientcmd loading rules). */
const load = (config: VerifiedConfig, paths: readonly string[]): void => {
  const files = paths.map(fileAt)
  const merged = (key: 'clusters' | 'users' | 'contexts'): readonly Entry[] => {
    const entries = files.flatMap((file) => file[key] ?? [])
    return entries.filter(({ name }, index) => entries.findIndex((each) => each.name === name) === index)
  }
  const current = files.map((file) => file['current-context']).find((name) => name !== undefined && name !== '')
  const whole = { clusters: merged('clusters'), users: merged('users'), contexts: merged('contexts'), 'current-context': current }
  try {
    config.loadFromString(JSON.stringify(whole))
  } catch (error) {
    throw invalid(`The kubeconfig ${paths.join(', ')} cannot be used: ${messageOf(error)}`)
  }
}

/** A file with its relative paths made absolute: they start from where it is. */
const fileAt = (path: string): KubeConfigFile => {
  let file: KubeConfigFile | null
  try {
    file = parse(readFileSync(path, 'utf8')) as KubeConfigFile | null
  } catch (error) {
    throw invalid(`The kubeconfig ${path} cannot be read: ${messageOf(error)}`)
  }
  if (typeof file !== 'object' || file === null) throw invalid(`The kubeconfig ${path} is empty.`)
  const from = dirname(resolve(path))
  return {
    ...file,
    clusters: (file.clusters ?? []).map((entry) =>
      Object.assign({}, entry, { cluster: absolute(entry['cluster'], from, ['certificate-authority']) }),
    ),
    users: (file.users ?? []).map((entry) => Object.assign({}, entry, { user: userFrom(entry['user'], from) })),
  }
}

const absolute = (value: unknown, from: string, keys: readonly string[]): Readonly<Record<string, unknown>> => {
  const entry = (value ?? {}) as Readonly<Record<string, unknown>>
  return Object.fromEntries(
    Object.entries(entry).map(([key, held]) => [
      key,
      keys.includes(key) && typeof held === 'string' && held !== '' && !isAbsolute(held) ? join(from, held) : held,
    ]),
  )
}

/** `tokenFile` is read anew in the course of a run, which the official client knows under another name only; a plugin with a path is one beside the file. */
const userFrom = (value: unknown, from: string): Readonly<Record<string, unknown>> => {
  const user = absolute(value, from, ['client-certificate', 'client-key', 'tokenFile'])
  const exec = user['exec'] as { readonly command?: string } | null | undefined
  const command = exec?.command
  return {
    ...user,
    ...(typeof user['tokenFile'] === 'string' && { 'auth-provider': { name: 'tokenFile', config: { tokenFile: user['tokenFile'] } } }),
    ...(command !== undefined && /[/\\]/.test(command) && { exec: { ...exec, command: resolve(from, command) } }),
  }
}

const invalid = (message: string, remedy?: string): KitError =>
  new KitError('cluster-config-invalid', message, remedy === undefined ? {} : { remedy })
