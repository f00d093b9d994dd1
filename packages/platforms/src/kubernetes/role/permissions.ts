import type { KubernetesOptions } from '../options.ts'
import { documentNames } from '../documents/names.ts'
import { suffixed } from '../objects/names.ts'
import { canaryNameOf } from '../workload/canary-objects.ts'
import { chosenRouter } from '../routers/index.ts'
import { neighbourKinds } from '../preflight/neighbours.ts'

/** What the objects of a release are called. */
export interface RoleNames {
  readonly namespace: string
  readonly app: string
  readonly environment: string
  readonly workload: string
  /** Service in front of the workload. */
  readonly service: string
  /** Object whose weights are changed. */
  readonly route: string
}

/** Parts of the role that a configuration may do without. */
export type Part =
  | 'every release'
  | 'secrets'
  | 'manifests'
  | 'gateway-api'
  | 'metrics'
  | 'smoke tests'
  | 'findings'
  | 'companions'
  | 'other namespaces'

/** Something that deploy-kit does to one kind of object. */
export interface Permission {
  readonly part: Part
  readonly group: string
  readonly resource: string
  readonly verbs: readonly string[]
  /** The only objects that it does it to; undefined where their names are not known before, or are not sent (list, create). */
  readonly names?: (names: RoleNames) => readonly string[]
  readonly why: string
  /** Whether a release can do without it. */
  readonly optional?: boolean
}

const canary = ({ workload }: RoleNames): readonly string[] => [canaryNameOf(workload)]
const both = ({ workload }: RoleNames): readonly string[] => [workload, canaryNameOf(workload)]
const canaryOfService = ({ service }: RoleNames): readonly string[] => [suffixed(service, '-canary')]
const leases = ({ app, environment }: RoleNames): readonly string[] => [documentNames(app, environment).lease]
const documents = ({ app, environment }: RoleNames): readonly string[] => documentNames(app, environment).others
const route = ({ route: name }: RoleNames): readonly string[] => [name]

const every = 'every release' as const

/**
 * Everything that deploy-kit asks of a cluster, and nothing else. docs/kubernetes/role.yaml is written from this, preflight compares it
 * with what the user may do, and the tests in a cluster prove by its audit log that no other verb is used.
 */
export const permissions: readonly Permission[] = [
  {
    part: every,
    group: 'apps',
    resource: 'deployments',
    verbs: ['get', 'patch'],
    names: both,
    why: 'sees both sides, promotes, and sizes the canary',
  },
  {
    part: every,
    group: 'apps',
    resource: 'deployments',
    verbs: ['create', 'delete'],
    names: canary,
    why: 'makes the canary and removes it; server-side apply sends the name, so no other Deployment can be made',
  },
  { part: every, group: '', resource: 'pods', verbs: ['list'], why: 'sees which pods are ready, and which image each of them runs' },
  { part: every, group: '', resource: 'services', verbs: ['list'], why: 'finds the Services that select the workload' },
  {
    part: every,
    group: '',
    resource: 'services',
    verbs: ['create', 'patch', 'delete'],
    names: canaryOfService,
    why: "makes the canary's Service and removes it",
  },
  {
    part: every,
    group: 'coordination.k8s.io',
    resource: 'leases',
    verbs: ['create'],
    why: 'takes the lease of the app; a creation sends no name',
  },
  {
    part: every,
    group: 'coordination.k8s.io',
    resource: 'leases',
    verbs: ['get', 'update', 'delete'],
    names: leases,
    why: 'keeps the lease of the app, and gives it back',
  },
  {
    part: every,
    group: '',
    resource: 'configmaps',
    verbs: ['get', 'list', 'create', 'patch', 'delete'],
    why: 'keeps releases, and copies of the configuration that they read, under names with their hashes',
  },
  { part: every, group: '', resource: 'configmaps', verbs: ['update'], names: documents, why: 'keeps records and approvals' },
  {
    part: every,
    group: 'apps',
    resource: 'replicasets',
    verbs: ['list'],
    why: 'sees which earlier releases could come back without deploy-kit',
  },
  {
    part: 'secrets',
    group: '',
    resource: 'secrets',
    verbs: ['get', 'create', 'delete'],
    why: 'copies the Secrets that a release reads under a hash of their content, so that they come back with it',
    optional: true,
  },
  {
    part: 'manifests',
    group: 'apps',
    resource: 'deployments',
    verbs: ['create'],
    why: 'makes the workload with its first release; a creation sends no name',
  },
  {
    part: 'gateway-api',
    group: 'gateway.networking.k8s.io',
    resource: 'httproutes',
    verbs: ['get', 'update', 'patch'],
    names: route,
    why: 'shares the traffic',
  },
  { part: 'metrics', group: '', resource: 'pods/proxy', verbs: ['get'], why: 'reads the metrics of the pods through the API server' },
  {
    part: 'smoke tests',
    group: '',
    resource: 'pods/portforward',
    // A tunnel begins with a GET over WebSocket; from 1.35 on the server asks for `create` besides.
    verbs: ['get', 'create'],
    why: 'sends smoke tests to the canary before it has traffic',
    optional: true,
  },
  {
    part: 'companions',
    group: 'policy',
    resource: 'poddisruptionbudgets',
    verbs: ['list'],
    why: "sees which budgets hold for stable's pods",
    optional: true,
  },
  {
    part: 'companions',
    group: 'policy',
    resource: 'poddisruptionbudgets',
    verbs: ['create', 'patch', 'delete'],
    names: canary,
    why: 'gives the canary a budget like that of stable',
    optional: true,
  },
  {
    part: 'companions',
    group: 'networking.k8s.io',
    resource: 'networkpolicies',
    verbs: ['list'],
    why: "sees which policies hold for stable's pods",
    optional: true,
  },
  {
    part: 'companions',
    group: 'networking.k8s.io',
    resource: 'networkpolicies',
    verbs: ['create', 'patch', 'delete'],
    names: canary,
    why: 'lets the same policies hold for the canary',
    optional: true,
  },
  {
    part: 'findings',
    group: 'autoscaling',
    resource: 'horizontalpodautoscalers',
    verbs: ['list'],
    why: 'sees who else decides about replicas',
    optional: true,
  },
  { part: 'findings', group: '', resource: 'resourcequotas', verbs: ['list'], why: 'sees whether the canary has room', optional: true },
  ...neighbourKinds.map(({ group, plural, role }): Permission => ({
    part: 'findings',
    group,
    resource: plural,
    verbs: ['list'],
    why: role === 'selector' ? "sees what selects stable's pods and not the canary's" : 'sees who else releases or scales the workload',
    optional: true,
  })),
]

/** The parts that a configuration needs. */
export const partsOf = (options: Pick<KubernetesOptions, 'router' | 'metrics' | 'manifests' | 'pin-configuration'>): ReadonlySet<Part> =>
  new Set<Part>([
    'every release',
    ...(options['pin-configuration'] ? (['secrets'] as const) : []),
    ...(options.manifests === undefined ? [] : (['manifests'] as const)),
    ...(chosenRouter(options.router).name === 'gateway-api' ? (['gateway-api'] as const) : []),
    ...(options.metrics === undefined ? [] : (['metrics'] as const)),
    'smoke tests',
    'companions',
    'findings',
  ])
