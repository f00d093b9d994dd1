import type { KubeObject } from '../../api/index.ts'
import type { Destination, SharedList, Sharing, Sides } from './sharing.ts'

/** A destination with the weight that it counts with. */
interface Weighed {
  readonly role: 'stable' | 'canary' | 'other' | 'none'
  readonly weight: number
}

export const weigh = <T extends KubeObject, D extends Destination>(
  sharing: Sharing<T, D>,
  object: T,
  destinations: readonly D[],
  { stable, canary }: Sides,
): readonly Weighed[] => {
  const shares = destinations.filter((destination) => sharing.serviceOf(destination, object) !== undefined)
  const absent = sharing.absentIn(shares)
  return destinations.map((destination) => {
    const service = sharing.serviceOf(destination, object)
    if (service === undefined) return { role: 'none', weight: 0 }
    const role = service === stable ? 'stable' : service === canary ? 'canary' : 'other'
    return { role, weight: destination.weight ?? absent }
  })
}

export const sum = (weighed: readonly Weighed[], ...roles: readonly Weighed['role'][]): number =>
  weighed.filter(({ role }) => roles.includes(role)).reduce((total, { weight }) => total + weight, 0)

export const has = (weighed: readonly Weighed[], wanted: Weighed['role']): boolean => weighed.some(({ role }) => role === wanted)

/**
 * The destinations with the canary at a percentage of what the two sides have together. The n-th destination to the canary stands for
 * the n-th to stable. Others keep their share exactly: where the sides' weight cannot be divided by whole numbers, all weights of the
 * list are multiplied. Two sides alone share 100.
 */
export const divided = <T extends KubeObject, D extends Destination>(
  sharing: Sharing<T, D>,
  object: T,
  list: SharedList<D>,
  percent: number,
  sides: Sides,
): readonly D[] => {
  const weighed = weigh(sharing, object, list.destinations, sides)
  const stables = weighed.filter(({ role }) => role === 'stable')
  const canaries = weighed.filter(({ role }) => role === 'canary')
  const totals = stables.map(({ weight }, index) => weight + (canaries[index]?.weight ?? 0))
  const scale = scaleOf(totals, sum(weighed, 'other'), Math.max(...weighed.map(({ weight }) => weight), ...totals), sharing.largest)
  const next = { stable: 0, canary: 0 }
  return list.destinations.map((destination, index) => {
    const { role, weight } = weighed[index] ?? { role: 'none', weight: 0 }
    if (role === 'none') return destination
    if (role === 'other') return scale === 1 ? destination : { ...destination, weight: Math.round(weight * scale) }
    const total = Math.round((totals[next[role]] ?? 0) * scale)
    next[role] += 1
    const canary = Math.round((total * percent) / 100)
    return { ...destination, weight: role === 'canary' ? canary : total - canary }
  })
}

const scaleOf = (totals: readonly number[], others: number, heaviest: number, largest: number): number => {
  const divisor = totals.reduce(greatestCommonDivisor, 100)
  if (totals.length === 1 && others === 0) return totals[0] === 0 ? 1 : 100 / (totals[0] ?? 100)
  return Math.min(100 / divisor, largest / Math.max(heaviest, 1))
}

const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b))
