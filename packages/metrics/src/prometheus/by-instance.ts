import type { HalfCounts } from '@deploy-kit/rollout'
import type { Increase } from '../exposition/deltas.ts'

/** Labels that tell instances apart where the configuration names none: that of Kubernetes, whose addresses change, and that of every scrape. */
const usualLabels = ['pod', 'instance'] as const

/**
 * What each instance counted, by a label of its series; those that lack it are of nobody. A sum has no instances in it.
 * @param requests increases of the requests of one side
 * @param failures those of the failed ones among them
 */
export const byInstance = (
  requests: readonly Increase[],
  failures: readonly Increase[],
  label: string | undefined,
): ReadonlyMap<string, HalfCounts> => {
  const name = label ?? usualLabels.find((usual) => requests.every(({ sample }) => sample.labels[usual] !== undefined))
  if (name === undefined) return new Map()
  const failed = sums(failures, name)
  return new Map([...sums(requests, name)].map(([instance, count]) => [instance, { requests: count, failures: failed.get(instance) ?? 0 }]))
}

const sums = (increases: readonly Increase[], label: string): ReadonlyMap<string, number> => {
  const counted = new Map<string, number>()
  for (const { sample, increase = 0 } of increases) {
    const instance = sample.labels[label]
    if (instance !== undefined) counted.set(instance, (counted.get(instance) ?? 0) + increase)
  }
  return counted
}
