import type { Percent } from '@deploy-kit/rollout'

/** How far a weight may be off: a fifth. 9 % will do for 10 %; 25 % will not for 5 %. */
const tolerated = 0.2

/** The weight that is taken for another one where only some can be had; undefined when none is near enough. 0 and 100 mean what they say. */
export const nearest = (weight: Percent, reachable: readonly Percent[]): Percent | undefined => {
  if (weight === 0 || weight === 100) return reachable.find((each) => each === weight)
  const found = closest(weight, reachable)
  return found !== undefined && found !== 0 && found !== 100 && Math.abs(found - weight) <= Math.max(1, weight * tolerated)
    ? found
    : undefined
}

export const closest = (weight: Percent, reachable: readonly Percent[]): Percent | undefined =>
  reachable.toSorted((a, b) => Math.abs(a - weight) - Math.abs(b - weight))[0]
