import type { KubeObject } from '../api/index.ts'
import { groupOf } from './manifest.ts'

/** What others stand upon comes first; the order is Helm's (pkg/release/util, InstallOrder) as far as it matters here. */
const first = [
  'Namespace',
  'CustomResourceDefinition',
  'PriorityClass',
  'StorageClass',
  'ServiceAccount',
  'ClusterRole',
  'ClusterRoleBinding',
  'Role',
  'RoleBinding',
  'Secret',
  'ConfigMap',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'NetworkPolicy',
  'Service',
]

/** Objects in the order in which they are applied; those of one rank stay as they stand in the manifests. */
export const inOrder = <T extends KubeObject>(objects: readonly T[]): readonly T[] => objects.toSorted((a, b) => rankOf(a) - rankOf(b))

const rankOf = ({ kind = '' }: KubeObject): number => {
  const rank = first.indexOf(kind)
  return rank < 0 ? first.length : rank
}

const routeGroups = new Set([
  'gateway.networking.k8s.io',
  'networking.istio.io',
  'traefik.io',
  'projectcontour.io',
  'elbv2.k8s.aws',
  'split.smi-spec.io',
])

/** Whether an object says where requests go. While a canary is in a route it is the router's, so it is applied when the canary has gone. */
export const isRoute = ({ apiVersion = '', kind }: KubeObject): boolean => routeGroups.has(groupOf(apiVersion)) || kind === 'Ingress'

/** Kinds without which the pods of a release do not start or may not do their work, and which change nothing for those that run. */
const neededKinds = new Set([
  'Namespace',
  'CustomResourceDefinition',
  'PriorityClass',
  'StorageClass',
  'ServiceAccount',
  'ClusterRole',
  'ClusterRoleBinding',
  'Role',
  'RoleBinding',
  'Secret',
  'ConfigMap',
  'PersistentVolume',
  'PersistentVolumeClaim',
])
/** Groups of controllers that make Secrets, or give pods their volumes. */
const neededGroups = new Set(['external-secrets.io', 'bitnami.com', 'secrets-store.csi.x-k8s.io', 'secrets.hashicorp.com'])

/**
 * Whether an object must be there before the canary starts. It is then created, if it is not there at all: an object that is there may be
 * read by stable, so it is changed after the promotion and not before (docs/adr/0014-manifests-and-configuration.md).
 */
export const isNeededByPods = ({ apiVersion = '', kind = '' }: KubeObject): boolean =>
  neededKinds.has(kind) || neededGroups.has(groupOf(apiVersion))

/** Objects whose end would be the end of data, or of other people's objects. They are never removed. */
export const isNeverPruned = ({ kind = '' }: KubeObject): boolean =>
  ['Namespace', 'CustomResourceDefinition', 'PersistentVolume', 'PersistentVolumeClaim', 'StorageClass'].includes(kind)
