import { setAt } from '../weights/pointer.ts'
import { patchWeights, type Sharing } from '../weights/sharing.ts'
import { isHeaderRule, withHeaderRules, withoutHeaderRules } from './header-rules.ts'
import type { BackendRef, Route } from './route.ts'

/**
 * Weights of a BackendRef are 0 to 1,000,000, and 1 when absent (gateway-api, v1 BackendRef). A route may stand in another namespace
 * than the Services.
 */
export const routeSharing = (namespace: string): Sharing<Route, BackendRef> => ({
  lists: ({ spec }, sides) =>
    (spec.rules ?? []).map((rule, index) => ({
      at: `/spec/rules/${index}/backendRefs`,
      destinations: rule.backendRefs ?? [],
      byHeader: isHeaderRule(rule, sides),
    })),
  withList: setAt,
  serviceOf: ({ group = '', kind = 'Service', name, namespace: own }, { metadata }) =>
    group === '' && kind === 'Service' && (own ?? metadata?.namespace) === namespace ? name : `${group}/${kind}/${own ?? ''}/${name}`,
  towards: (ref, name) => ({ ...ref, name }),
  absentIn: () => 1,
  largest: 1_000_000,
  patchOf: (_route, list, changed) => patchWeights(list, changed, 'name', ({ name }) => name),
  byHeader: { with: withHeaderRules, without: withoutHeaderRules },
})
