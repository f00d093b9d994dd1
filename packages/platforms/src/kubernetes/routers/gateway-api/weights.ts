import { KitError } from '@deploy-kit/core'
import type { Percent } from '@deploy-kit/rollout'
import type { BackendRef, Route, Rule } from './route.ts'

/** Names of the two Services. */
export interface Sides {
  readonly stable: string
  readonly canary: string
}

const isService = ({ group = '', kind = 'Service' }: BackendRef, name: string, of: BackendRef): boolean =>
  group === '' && kind === 'Service' && of.name === name
const find = (rule: Rule, name: string): BackendRef | undefined => rule.backendRefs?.find((ref) => isService(ref, name, ref))
const weightOf = (ref: BackendRef | undefined): number => (ref === undefined ? 0 : (ref.weight ?? 1))

/** Percent of the two sides' requests that the canary gets. @throws KitError `foreign-writer` when the rules of the route differ */
export const weightIn = (route: Route, sides: Sides): Percent => {
  const shares = (route.spec.rules ?? []).flatMap((rule) => {
    const stable = weightOf(find(rule, sides.stable))
    const canary = weightOf(find(rule, sides.canary))
    if (find(rule, sides.stable) === undefined && find(rule, sides.canary) === undefined) return []
    return stable + canary === 0 ? [] : [Math.round((100 * canary) / (stable + canary))]
  })
  const [share = 0] = shares
  if (shares.some((other) => other !== share))
    throw new KitError(
      'foreign-writer',
      `The rules of the route give the canary different weights: ${shares.join(', ')} %. Nothing was touched.`,
    )
  return share
}

/** The route with the canary at weight 0 beside stable in every rule that has stable. @throws KitError `route-missing` when none has */
export const attached = (route: Route, sides: Sides): Route => {
  const rules = route.spec.rules ?? []
  if (!rules.some((rule) => find(rule, sides.stable) !== undefined))
    throw new KitError(
      'route-missing',
      `No rule of the route ${route.metadata?.name ?? ''} sends traffic to the Service ${sides.stable}.`,
      {
        remedy: 'Name the Service that the route uses, or the route that uses the Service.',
      },
    )
  if (rules.every((rule) => find(rule, sides.stable) === undefined || find(rule, sides.canary) !== undefined)) return route
  return withRules(route, (rule) => {
    const stable = find(rule, sides.stable)
    if (stable === undefined || find(rule, sides.canary) !== undefined) return rule
    const refs = rule.backendRefs ?? []
    // Filters of a backend belong to it: the canary is reached as stable is.
    return {
      ...rule,
      backendRefs: refs.flatMap((ref) =>
        ref === stable
          ? [
              { ...ref, weight: 100 },
              { ...ref, name: sides.canary, weight: 0 },
            ]
          : [ref],
      ),
    }
  })
}

/** The route with the canary at a weight. Both are set explicitly: an absent weight is 1, and weights are shares of a sum. */
export const withWeight = (route: Route, percent: Percent, sides: Sides): Route => {
  if (weightIn(route, sides) === percent) return route
  const weights = new Map([
    [sides.stable, 100 - percent],
    [sides.canary, percent],
  ])
  const set = (ref: BackendRef): BackendRef => {
    const weight = isService(ref, ref.name, ref) ? weights.get(ref.name) : undefined
    return weight === undefined ? ref : { ...ref, weight }
  }
  return withRules(route, (rule) => {
    if (find(rule, sides.stable) === undefined || find(rule, sides.canary) === undefined) return rule
    return { ...rule, backendRefs: (rule.backendRefs ?? []).map(set) }
  })
}

/** The route without the canary. */
export const detached = (route: Route, sides: Sides): Route => {
  const has = (route.spec.rules ?? []).some((rule) => find(rule, sides.canary) !== undefined)
  if (!has) return route
  return withRules(route, (rule) => {
    if (find(rule, sides.canary) === undefined) return rule
    const refs = (rule.backendRefs ?? []).filter((ref) => !isService(ref, sides.canary, ref))
    return { ...rule, backendRefs: refs }
  })
}

export interface PatchOperation {
  readonly op: 'test' | 'replace' | 'add'
  readonly path: string
  readonly value: unknown
}

/** One request that sets a weight, which the server refuses when the backends do not stand where they stood (RFC 6902, `test`). */
export const jsonPatchTo = (percent: Percent, route: Route, sides: Sides): readonly PatchOperation[] =>
  (route.spec.rules ?? []).flatMap((rule, index) => {
    if (find(rule, sides.canary) === undefined) return []
    return (rule.backendRefs ?? []).flatMap((ref, at): readonly PatchOperation[] => {
      const path = `/spec/rules/${index}/backendRefs/${at}`
      const value = ref.name === sides.canary ? percent : 100 - percent
      if (!isService(ref, sides.stable, ref) && !isService(ref, sides.canary, ref)) return []
      return [
        { op: 'test', path: `${path}/name`, value: ref.name },
        { op: 'add', path: `${path}/weight`, value },
      ]
    })
  })

const withRules = (route: Route, change: (rule: Rule) => Rule): Route => ({
  ...route,
  spec: { ...route.spec, ...(route.spec.rules !== undefined && { rules: route.spec.rules.map(change) }) },
})
