import type { KubeObject } from '../api/index.ts'
import { groupOf } from './manifest.ts'

/** What a kind is to a release. */
interface Nature {
  /** Pods of the release do not start without it, or may not do their work; and it changes nothing for those that run. */
  readonly needed?: true
  /** Its end would be the end of data, or of other people's objects. */
  readonly kept?: true
}

/** Kinds that others stand upon, in Helm's order (pkg/release/util, InstallOrder) as far as it matters here. All others come after them. */
const natures: Readonly<Record<string, Nature>> = {
  Namespace: { needed: true, kept: true },
  CustomResourceDefinition: { needed: true, kept: true },
  PriorityClass: { needed: true },
  StorageClass: { needed: true, kept: true },
  ServiceAccount: { needed: true },
  ClusterRole: { needed: true },
  ClusterRoleBinding: { needed: true },
  Role: { needed: true },
  RoleBinding: { needed: true },
  Secret: { needed: true },
  ConfigMap: { needed: true },
  PersistentVolume: { needed: true, kept: true },
  PersistentVolumeClaim: { needed: true, kept: true },
  NetworkPolicy: {},
  Service: {},
}
const ranks = Object.keys(natures)

/** Objects in the order in which they are applied; those of one rank stay as they stand in the manifests. */
export const inOrder = <T extends KubeObject>(objects: readonly T[]): readonly T[] => objects.toSorted((a, b) => rankOf(a) - rankOf(b))

const rankOf = ({ kind = '' }: KubeObject): number => {
  const rank = ranks.indexOf(kind)
  return rank < 0 ? ranks.length : rank
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

/** Groups of controllers that make Secrets, or give pods their volumes. */
const neededGroups = new Set(['external-secrets.io', 'bitnami.com', 'secrets-store.csi.x-k8s.io', 'secrets.hashicorp.com'])

/**
 * Whether an object must be there before the canary starts. It is then created, if it is not there at all: an object that is there may be
 * read by stable, so it is changed after the promotion and not before (docs/adr/0014-manifests-and-configuration.md).
 */
export const isNeededByPods = ({ apiVersion = '', kind = '' }: KubeObject): boolean =>
  natures[kind]?.needed === true || neededGroups.has(groupOf(apiVersion))

/** Objects that are never removed. */
export const isNeverPruned = ({ kind = '' }: KubeObject): boolean => natures[kind]?.kept === true
