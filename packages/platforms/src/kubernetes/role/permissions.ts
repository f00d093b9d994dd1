import { documentNames } from '../documents/names.ts'
import { suffixed } from '../objects/names.ts'
import { canaryNameOf } from '../workload/canary-objects.ts'
import { neighbourKinds } from '../preflight/neighbours.ts'

/** What the objects of a release are called. */
export interface RoleNames {
  readonly namespace: string
  readonly app: string
  readonly environment: string
  readonly workload: string
  /** Service in front of the workload. */
  readonly service: string
  /** Objects whose weights are changed. */
  readonly routes: readonly string[]
  /** What scales the workload. */
  readonly autoscalers: readonly string[]
}

/** Parts of the role that a configuration may do without. */
export type Part =
  | 'every release'
  | 'secrets'
  | 'manifests'
  | 'helm'
  | 'deployments'
  | 'stateful sets'
  | 'daemon sets'
  | 'http routes'
  | 'grpc routes'
  | 'istio'
  | 'linkerd'
  | 'traefik services'
  | 'ingress routes'
  | 'contour'
  | 'alb'
  | 'nginx'
  | 'replicas'
  | 'auto'
  | 'metrics'
  | 'smoke tests'
  | 'companions'
  | 'autoscalers'
  | 'findings'

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
  readonly optional: boolean
  /** Whether it is needed only while the object that it is about is not named in the options. */
  readonly finds: boolean
}

const stable = ({ workload }: RoleNames): readonly string[] => [workload]
const canary = ({ workload }: RoleNames): readonly string[] => [canaryNameOf(workload)]
const both = ({ workload }: RoleNames): readonly string[] => [workload, canaryNameOf(workload)]
const canaryOfService = ({ service }: RoleNames): readonly string[] => [suffixed(service, '-canary')]
const canaryIngress = ({ routes: names }: RoleNames): readonly string[] => names.map((name) => suffixed(name, '-canary'))
const lease = ({ app, environment }: RoleNames): readonly string[] => [documentNames(app, environment).lease]
const documents = ({ app, environment }: RoleNames): readonly string[] => documentNames(app, environment).others
const named = ({ routes: names }: RoleNames): readonly string[] => names
const scalers = ({ autoscalers }: RoleNames): readonly string[] => autoscalers
const front = ({ service }: RoleNames): readonly string[] => [service]

type Rule = readonly [resource: string, verbs: string, why: string, names?: Permission['names'] | 'finds']

/** `deployments.apps` as kubectl writes it; verbs with spaces between them. */
const part = (of: Part, rules: readonly Rule[], optional = false): readonly Permission[] =>
  rules.map(([whole, verbs, why, limit]) => {
    const [resource = '', ...group] = whole.split('.')
    const names = limit === 'finds' ? undefined : limit
    return {
      part: of,
      group: group.join('.'),
      resource,
      verbs: verbs.split(' '),
      why,
      optional,
      finds: limit === 'finds',
      ...(names !== undefined && { names }),
    }
  })

/** An object whose weights are changed, found by the Service that it names. */
const routes = (resource: string): readonly Rule[] => [
  [resource, 'list', 'finds what sends traffic to the Service', 'finds'],
  [resource, 'get update patch', 'shares the traffic', named],
]

/** The kinds of objects among which the router in use is looked for. */
const routeKinds = [
  'httproutes.gateway.networking.k8s.io',
  'grpcroutes.gateway.networking.k8s.io',
  'virtualservices.networking.istio.io',
  'traefikservices.traefik.io',
  'ingressroutes.traefik.io',
  'httpproxies.projectcontour.io',
  'ingresses.networking.k8s.io',
  'trafficsplits.split.smi-spec.io',
]

/**
 * Everything that deploy-kit asks of a cluster, and nothing else. docs/kubernetes/role.yaml is written from this, preflight compares it
 * with what the user may do, and the tests in a cluster prove by its audit log that no other verb is used. A list or a watch is limited
 * by a name where the request selects by `metadata.name`.
 */
export const permissions: readonly Permission[] = [
  ...part('every release', [
    ['pods', 'list watch', 'sees which pods are ready, and which image each of them runs'],
    ['pods/log', 'get', 'shows the last lines of a version that does not start'],
    ['events', 'list', 'says why the cluster makes no pods'],
    ['leases.coordination.k8s.io', 'create', 'takes the lease of the app; a creation sends no name'],
    ['leases.coordination.k8s.io', 'get update delete', 'keeps the lease of the app, and gives it back', lease],
    [
      'configmaps',
      'get list create patch delete',
      'keeps releases, and copies of the configuration that they read, under names with their hashes',
    ],
    ['configmaps', 'update', 'keeps records and approvals', documents],
  ]),
  ...part(
    'secrets',
    [
      [
        'secrets',
        'get create delete',
        'copies the Secrets that a release reads under a hash of their content, so that they come back with it',
      ],
    ],
    true,
  ),
  ...part('helm', [['secrets', 'get list create update delete', 'keeps the revisions of the release, as Helm does']], true),
  ...part('manifests', [['deployments.apps', 'create', 'makes the workload with its first release; a creation sends no name']]),
  ...part('deployments', [
    ['deployments.apps', 'get list watch patch', 'sees both sides, waits for them, promotes, and sizes the canary', both],
    [
      'deployments.apps',
      'create delete',
      'makes the canary and removes it; server-side apply sends the name, so no other can be made',
      canary,
    ],
    ['replicasets.apps', 'list', 'tells the pods of the new template from those of the old'],
    ['services', 'list', 'finds the Services that select the workload'],
    ['services', 'create patch delete', "makes the canary's Service and removes it", canaryOfService],
  ]),
  ...part('stateful sets', [
    ['statefulsets.apps', 'get list watch patch', 'sees the workload, waits for it, and updates it', stable],
    ['controllerrevisions.apps', 'list', 'finds the template that a failed update gives way to'],
    ['pods', 'delete', 'removes a pod of an update that was given up, for which the controller would wait for ever'],
  ]),
  ...part('daemon sets', [
    ['daemonsets.apps', 'get list watch patch', 'sees the workload, waits for it, and updates it', stable],
    [
      'controllerrevisions.apps',
      'list',
      'tells the pods of the new template from those of the old, and finds the one that a failed update gives way to',
    ],
  ]),
  ...part('http routes', routes('httproutes.gateway.networking.k8s.io')),
  ...part('grpc routes', routes('grpcroutes.gateway.networking.k8s.io')),
  ...part('istio', [
    ...routes('virtualservices.networking.istio.io'),
    [
      'destinationrules.networking.istio.io',
      'list create',
      "finds the rule of stable's Service, and makes the same for the canary's; a creation sends no name",
    ],
    [
      'destinationrules.networking.istio.io',
      'get update delete',
      "keeps the canary's rule like that of stable, and removes it",
      canaryOfService,
    ],
  ]),
  ...part('linkerd', [
    ['httproutes.gateway.networking.k8s.io', 'list', 'finds the route whose parent is the Service'],
    ['httproutes.gateway.networking.k8s.io', 'get update patch', 'shares the traffic', named],
  ]),
  ...part('traefik services', routes('traefikservices.traefik.io')),
  ...part('ingress routes', routes('ingressroutes.traefik.io')),
  ...part('contour', routes('httpproxies.projectcontour.io')),
  ...part('alb', routes('ingresses.networking.k8s.io')),
  ...part('nginx', [
    [
      'ingresses.networking.k8s.io',
      'list create',
      'finds the Ingress of the Service, and makes that of the canary; a creation sends no name',
    ],
    ['ingresses.networking.k8s.io', 'get update patch delete', "shares the traffic by the canary's Ingress, and removes it", canaryIngress],
  ]),
  ...part('replicas', [
    ['pods', 'patch', "puts as many of the canary's pods into the Service as the weight says; the names of pods are not known before"],
    ['services', 'get update patch', 'lets the Service select the canary at 100 %', front],
    ['endpointslices.discovery.k8s.io', 'list', 'sees that the Service has taken a change'],
  ]),
  ...part(
    'auto',
    routeKinds.map((kind): Rule => [kind, 'list', 'looks whether it sends traffic to the Service']),
  ),
  ...part('metrics', [['pods/proxy', 'get', 'reads the metrics of the pods through the API server']]),
  // A tunnel begins with a GET over WebSocket; from 1.35 on the server asks for `create` besides.
  ...part('smoke tests', [['pods/portforward', 'get create', 'sends smoke tests to the canary before it has traffic']], true),
  ...part(
    'companions',
    [
      ['poddisruptionbudgets.policy', 'create patch delete', 'gives the canary a budget like that of stable', canary],
      ['networkpolicies.networking.k8s.io', 'create patch delete', 'lets the same policies hold for the canary', canary],
    ],
    true,
  ),
  ...part(
    'autoscalers',
    [['horizontalpodautoscalers.autoscaling', 'patch', 'keeps it from shrinking stable while the canary has its traffic', scalers]],
    true,
  ),
  ...part(
    'findings',
    [
      ['poddisruptionbudgets.policy', 'list', "sees which budgets hold for stable's pods"],
      ['networkpolicies.networking.k8s.io', 'list', "sees which policies hold for stable's pods"],
      ['horizontalpodautoscalers.autoscaling', 'list', 'sees who else decides about replicas'],
      ['resourcequotas', 'list', 'sees whether the canary has room'],
      ...neighbourKinds.map(({ group, plural, role }): Rule => [
        `${plural}.${group}`,
        'list',
        role === 'selector' ? "sees what selects stable's pods and not the canary's" : 'sees who else releases or scales the workload',
      ]),
    ],
    true,
  ),
]
