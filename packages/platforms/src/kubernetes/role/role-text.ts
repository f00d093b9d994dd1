import { permissions, type Part, type Permission, type RoleNames } from './permissions.ts'

/**
 * ServiceAccount, Role and RoleBinding as YAML, each rule with its reason.
 * @param wanted the rules; all of them by default
 */
export const roleText = (names: RoleNames, wanted: readonly Permission[] = permissions): string => {
  const sections = [...new Set(wanted.map(({ part }) => part))].map(
    (part) =>
      `  ## ${titles[part]}\n${wanted
        .filter((permission) => permission.part === part)
        .map((permission) => ruleText(permission, names))
        .join('')}`,
  )
  return [
    metadata('v1', 'ServiceAccount', names),
    `${metadata('rbac.authorization.k8s.io/v1', 'Role', names)}rules:\n${sections.join('\n')}`,
    `${metadata('rbac.authorization.k8s.io/v1', 'RoleBinding', names)}roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: deploy-kit }\nsubjects:\n  - { kind: ServiceAccount, name: deploy-kit, namespace: ${names.namespace} }\n`,
  ].join('---\n')
}

const titles: Readonly<Record<Part, string>> = {
  'every release': 'Every release.',
  secrets: 'Only when the workload reads Secrets. Without it set `pin-configuration: false`.',
  manifests: 'Only with `manifests`; besides it get, create, patch and delete on every kind that they hold.',
  helm: 'Only with `helm`; besides it get, create, patch and delete on every kind that the chart holds.',
  deployments: 'Workload `deployment/…`.',
  'stateful sets': 'Workload `statefulset/…`.',
  'daemon sets': 'Workload `daemonset/…`.',
  'http routes': 'Router `gateway-api` with an HTTPRoute.',
  'grpc routes': 'Router `gateway-api` with a GRPCRoute.',
  istio: 'Router `istio`.',
  linkerd: 'Router `linkerd`.',
  'traefik services': 'Router `traefik` with a TraefikService.',
  'ingress routes': 'Router `traefik` with an IngressRoute.',
  contour: 'Router `contour`.',
  alb: 'Router `alb`.',
  nginx: 'Router `nginx`.',
  replicas: 'Router `replicas`.',
  auto: 'Router `auto`, besides the part of the one that is in use. Leave out what the cluster does not have.',
  metrics: 'Only with `metrics` in the platform: counts are read from the pods.',
  'smoke tests': 'Only with a smoke suite.',
  companions: 'Where budgets or policies select the pods. Without it they are not copied, which is a finding.',
  autoscalers: 'Where an autoscaler scales the workload. Without it stable may be shrunk while the canary serves, which is a finding.',
  findings: 'Only for what `deploy-kit doctor` and each release look at beforehand. Leave out what the cluster does not have.',
}

const metadata = (apiVersion: string, kind: string, { namespace }: RoleNames): string =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: deploy-kit, namespace: ${namespace} }\n`

const ruleText = ({ group, resource, verbs, names: namesOf, why }: Permission, names: RoleNames): string => {
  const limited = namesOf === undefined ? '' : `    resourceNames: [${namesOf(names).join(', ')}]\n`
  return `  # ${why}\n  - apiGroups: ['${group}']\n    resources: [${resource}]\n${limited}    verbs: [${verbs.join(', ')}]\n`
}
