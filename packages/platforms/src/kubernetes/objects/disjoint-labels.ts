import { ours, selects, type Labels, type LabelSelector } from './labels.ts'
import { suffixed } from './names.ts'

/**
 * Labels for the canary's pods that none of the given selectors selects, though all of them select the stable ones: the fewest
 * labels are changed, so that whatever else selects by labels (policies, budgets, monitors) goes on to see the canary where it can.
 * Each changed label keeps its value with `-canary` behind it.
 */
export const disjointLabels = (stable: Labels, selectors: readonly LabelSelector[]): Labels => {
  const labels: Record<string, string> = { ...stable }
  const open = (): readonly LabelSelector[] => selectors.filter((selector) => selects(selector, labels))
  for (let left = open(); left.length > 0; left = open()) {
    const key = mostAsked(left, labels)
    // Only DoesNotExist and NotIn are left, or nothing at all: no label of the pods can be changed to miss it.
    if (key === undefined) break
    labels[key] = suffixed(labels[key] ?? '', '-canary')
  }
  return { ...labels, [ours.track]: 'canary' }
}

/** The label that most selectors ask for; the first by name among equals, so that the choice stays the same. */
const mostAsked = (selectors: readonly LabelSelector[], labels: Labels): string | undefined => {
  const asked = new Map<string, number>()
  for (const { matchLabels, matchExpressions = [] } of selectors) {
    const keys = [...Object.keys(matchLabels ?? {}), ...matchExpressions.filter(({ operator }) => operator === 'In').map(({ key }) => key)]
    for (const key of new Set(keys)) if (labels[key] !== undefined) asked.set(key, (asked.get(key) ?? 0) + 1)
  }
  return [...asked].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))[0]?.[0]
}
