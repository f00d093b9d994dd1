import { KitError, type ReasonCode } from '@deploy-kit/core'
import type { Cluster } from '../cluster.ts'
import { chosenRouter } from '../routers/index.ts'
import { workloadKindOf } from '../workload/workload-kind.ts'
import { lookForRole, type LookedAtAll } from './look.ts'
import { permissionsOf } from './parts.ts'
import { roleNames } from './role-names.ts'
import { roleText } from './role-text.ts'

/**
 * The role of a configuration for an administrator to apply. The cluster is asked what it has; where it cannot be, the role says what it was made
 * without. Changes nothing.
 */
export const printedRole = async (cluster: Cluster, environment: string, signal: AbortSignal): Promise<string> => {
  const looked = await lookForRole(cluster, signal).catch((error: unknown) => {
    if (error instanceof KitError && notAsked.has(error.code)) return error
    throw error
  })
  const known = looked instanceof KitError ? undefined : looked
  const { app, namespace, options } = cluster
  const head = [
    `The least role for ${app} in ${environment}: ${options.workload} in the namespace ${namespace}.`,
    ...(looked instanceof KitError ? withoutCluster(looked, cluster) : withCluster(looked, cluster)),
  ]
  const text = roleText(roleNames(cluster, environment, known), permissionsOf(options, known))
  return `${head.map((line) => `# ${line}\n`).join('')}${text}`
}

/** Why a cluster says nothing. An administrator makes the role, who may have no access from here. */
const notAsked = new Set<ReasonCode>([
  'platform-unreachable',
  'cluster-config-invalid',
  'cluster-unauthorised',
  'cluster-login-failed',
  'cluster-forbidden',
])

const isFound = ({ options }: Cluster): boolean => chosenRouter(options.router).name === 'auto' && workloadKindOf(options) === 'deployment'

const withCluster = ({ inUse, brought, front }: LookedAtAll, cluster: Cluster): readonly string[] => {
  const used = inUse.map(({ name, routes }) => `${name} (${routes.map(({ called }) => called).join(', ')})`).join(', ')
  const scopeless = brought.filter(({ namespaced }) => !namespaced).map(({ kind }) => kind)
  return [
    'Names, and kinds that the cluster may lack, are those of the cluster that was asked.',
    ...(isFound(cluster)
      ? [
          used === ''
            ? `Router auto: nothing sends traffic to ${front === undefined ? 'the workload' : `the Service ${front}`} yet. Run this again once something does.`
            : `Router auto: ${used} sends traffic to the Service ${front ?? ''}.`,
        ]
      : []),
    ...(cluster.options.helm !== undefined && brought.length === 0
      ? ['Helm did not say what the chart holds: add get, create, patch and delete on every kind of it.']
      : []),
    ...(scopeless.length > 0
      ? [`A Role cannot hold what has no namespace: bind a ClusterRole with get, create, patch and delete on ${scopeless.join(', ')}.`]
      : []),
  ]
}

const withoutCluster = ({ message }: KitError, cluster: Cluster): readonly string[] => [
  `The cluster could not be asked: ${message.replaceAll(/\s+/g, ' ')}`,
  `Services, routes and autoscalers are taken to be called ${cluster.options.workload.split('/')[1] ?? ''}; correct the names below where they are not.`,
  ...(isFound(cluster)
    ? [
        'Router auto: the one in use is taken to be an HTTPRoute. For another one name it under `router`, or run this where the cluster can be reached.',
      ]
    : []),
  ...(cluster.options.manifests === undefined && cluster.options.helm === undefined
    ? []
    : ['Add get, create, patch and delete on every kind that the manifests, or the chart, hold.']),
]
