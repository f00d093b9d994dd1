import type { KubeClient, KubeObject } from '../api/index.ts'

/** One verb on one object, or on all objects of a kind. */
export interface Access {
  readonly group: string
  /** `pods`, or `pods/proxy`. */
  readonly resource: string
  readonly verb: string
  readonly name?: string
}

interface Rule {
  readonly verbs: readonly string[]
  readonly apiGroups?: readonly string[]
  readonly resources?: readonly string[]
  readonly resourceNames?: readonly string[]
}

interface RulesReview extends KubeObject {
  readonly spec: { readonly namespace: string }
  readonly status?: { readonly resourceRules?: readonly Rule[]; readonly incomplete?: boolean }
}

interface AccessReview extends KubeObject {
  readonly spec: { readonly resourceAttributes: Readonly<Record<string, string>> }
  readonly status?: { readonly allowed?: boolean }
}

const reviews = '/apis/authorization.k8s.io/v1'

/**
 * Which accesses this user has not. One request shows the rules of the user; what they do not show is asked for one by one where
 * the cluster says that they are not all of them, as with webhooks of a cloud (SelfSubjectRulesReview, `incomplete`).
 */
export const deniedOf = async (
  wanted: readonly Access[],
  { client, namespace }: { readonly client: KubeClient; readonly namespace: string },
  signal: AbortSignal,
): Promise<readonly Access[]> => {
  const review: RulesReview = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', spec: { namespace } }
  const { status } = await client.create<RulesReview>(`${reviews}/selfsubjectrulesreviews`, review, { signal })
  const rules = status?.resourceRules ?? []
  const unseen = wanted.filter((access) => !rules.some((rule) => allows(rule, access)))
  if (status?.incomplete !== true) return unseen
  const answers = await Promise.all(unseen.map((access) => mayOne(access, { client, namespace }, signal)))
  return unseen.filter((_, index) => answers[index] !== true)
}

/** Whether a rule of RBAC covers an access (kubernetes, pkg/apis/rbac/v1/evaluation_helpers.go). */
export const allows = (
  { verbs, apiGroups = [], resources = [], resourceNames = [] }: Rule,
  { verb, group, resource, name }: Access,
): boolean => {
  const subresource = resource.includes('/') ? `*/${resource.split('/')[1] ?? ''}` : undefined
  return (
    (verbs.includes('*') || verbs.includes(verb)) &&
    (apiGroups.includes('*') || apiGroups.includes(group)) &&
    (resources.includes('*') || resources.includes(resource) || (subresource !== undefined && resources.includes(subresource))) &&
    (resourceNames.length === 0 || (name !== undefined && resourceNames.includes(name)))
  )
}

/** Whether this user may do something in every namespace. */
export const mayEverywhere = (access: Access, client: KubeClient, signal: AbortSignal): Promise<boolean> =>
  mayOne(access, { client }, signal)

const mayOne = async (
  { group, resource, verb, name }: Access,
  { client, namespace }: { readonly client: KubeClient; readonly namespace?: string },
  signal: AbortSignal,
): Promise<boolean> => {
  const [plural = '', subresource] = resource.split('/')
  const attributes = {
    ...(namespace !== undefined && { namespace }),
    group,
    resource: plural,
    verb,
    ...(subresource !== undefined && { subresource }),
    ...(name !== undefined && { name }),
  }
  const review: AccessReview = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes: attributes },
  }
  const { status } = await client.create<AccessReview>(`${reviews}/selfsubjectaccessreviews`, review, { signal })
  return status?.allowed === true
}
