import { selects, type Labels, type LabelSelector } from './labels.ts'
import type { PodTemplate } from './models.ts'

/**
 * A pod's rules about where it runs, with the canary meant wherever stable meant itself: a spread over nodes counts its own side, an affinity
 * to its own kind can be met, and an anti-affinity keeps the canary's pods from each other. Selectors that both sides answer stay.
 */
export const withOwnSelectors = (
  spec: NonNullable<PodTemplate['spec']>,
  stable: Labels,
  canary: Labels,
): NonNullable<PodTemplate['spec']> => {
  const own = <T>(value: T): T => {
    if (Array.isArray(value)) return value.map(own) as T
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value).map(([key, held]) => [
        key,
        key === 'labelSelector' ? owned(held as LabelSelector, stable, canary) : own(held as unknown),
      ]),
    ) as T
  }
  const { affinity, topologySpreadConstraints } = spec
  return {
    ...spec,
    ...(affinity !== undefined && { affinity: own(affinity) }),
    ...(topologySpreadConstraints !== undefined && { topologySpreadConstraints: own(topologySpreadConstraints) }),
  }
}

const owned = (selector: LabelSelector, stable: Labels, canary: Labels): LabelSelector => {
  if (!selects(selector, stable) || selects(selector, canary)) return selector
  const value = (key: string, held: string): string => (held === stable[key] ? (canary[key] ?? held) : held)
  return {
    ...(selector.matchLabels !== undefined && {
      matchLabels: Object.fromEntries(Object.entries(selector.matchLabels).map(([key, held]) => [key, value(key, held)])),
    }),
    ...(selector.matchExpressions !== undefined && {
      matchExpressions: selector.matchExpressions.map((expression) =>
        expression.values === undefined
          ? expression
          : Object.assign({}, expression, { values: expression.values.map((held) => value(expression.key, held)) }),
      ),
    }),
  }
}
