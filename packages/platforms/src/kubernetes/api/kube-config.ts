import { existsSync } from 'node:fs'
import { KubeConfig } from '@kubernetes/client-node'
import { KitError, messageOf, type Logger } from '@deploy-kit/core'
import { environmentProxy } from './connection.ts'

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
export const loadKubeConfig = ({ kubeconfig, context, insecure }: KubeConfigOptions, log: Logger): KubeConfig => {
  const config = new KubeConfig()
  read(config, kubeconfig)
  if (context !== undefined) {
    const known = config.getContexts().map(({ name }) => name)
    if (!known.includes(context))
      throw invalid(`The kubeconfig has no context \`${context}\`. Allowed: ${known.join(', ') || 'none is there'}.`)
    config.setCurrentContext(context)
  }
  const cluster = config.getCurrentCluster()
  if (cluster === null) throw invalid('The kubeconfig names no cluster for its current context.')
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

const read = (config: KubeConfig, kubeconfig: string | undefined): void => {
  if (kubeconfig !== undefined && !existsSync(kubeconfig)) throw invalid(`\`kubeconfig\`: there is no file ${kubeconfig}.`)
  try {
    if (kubeconfig === undefined) config.loadFromDefault()
    else config.loadFromFile(kubeconfig)
  } catch (error) {
    throw invalid(`The kubeconfig ${kubeconfig ?? process.env['KUBECONFIG'] ?? '~/.kube/config'} cannot be read: ${messageOf(error)}`)
  }
}

const invalid = (message: string, remedy?: string): KitError =>
  new KitError('cluster-config-invalid', message, remedy === undefined ? {} : { remedy })
