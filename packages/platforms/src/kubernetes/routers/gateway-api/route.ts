import type { KubeObject } from '../../api/index.ts'

export interface BackendRef {
  readonly group?: string
  readonly kind?: string
  readonly name: string
  readonly namespace?: string
  readonly port?: number
  /** A share of the sum of all weights of the rule; 1 when absent. */
  readonly weight?: number
  readonly filters?: readonly unknown[]
}

export interface Rule {
  readonly name?: string
  readonly backendRefs?: readonly BackendRef[]
}

interface Condition {
  readonly type: string
  readonly status: string
  readonly reason?: string
  readonly message?: string
  readonly observedGeneration?: number
}

export interface Route extends KubeObject {
  readonly spec: { readonly parentRefs?: readonly object[]; readonly rules?: readonly Rule[] }
  readonly status?: { readonly parents?: readonly { readonly controllerName?: string; readonly conditions?: readonly Condition[] }[] }
}

/**
 * Whether every parent has taken a generation of the route: `Accepted` and `ResolvedRefs` are True and not of an older one. An
 * unresolved backend answers 500 for its share (gateway-api, RouteConditionResolvedRefs), so both are waited for.
 */
export const accepted = (route: Route | undefined, generation: number): string => {
  const parents = route?.status?.parents ?? []
  if (parents.length < (route?.spec.parentRefs?.length ?? 1)) return 'not every parent has answered yet'
  for (const { controllerName = 'a parent', conditions = [] } of parents) {
    for (const type of ['Accepted', 'ResolvedRefs']) {
      const condition = conditions.find((each) => each.type === type)
      if (condition === undefined || (condition.observedGeneration ?? 0) < generation)
        return `${controllerName} has not seen generation ${generation}`
      if (condition.status !== 'True')
        return `${controllerName}: ${type} is ${condition.status}, ${condition.reason ?? ''} ${condition.message ?? ''}`.trim()
    }
  }
  return 'accepted'
}
