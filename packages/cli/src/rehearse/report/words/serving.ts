import type { RehearsedRelease } from '../../result.ts'

/** A stretch of time in which one version answered a band of the requests. Times in milliseconds since the begin, levels in percent. */
export interface Served {
  readonly by: RehearsedRelease
  readonly fromMs: number
  readonly toMs: number
  readonly from: number
  readonly to: number
}

/** Who served the users: below the canary, above it the release that was stable then; from the first weight to the end. */
export const served = (releases: readonly RehearsedRelease[], endMs: number): readonly Served[] => {
  const stretches: Served[] = []
  let stable: RehearsedRelease | undefined
  for (const [index, release] of releases.entries()) {
    const next = releases[index + 1]?.fromMs ?? endMs
    const marks = [{ atMs: release.fromMs, weight: 0 }, ...release.weights]
    for (const [place, { atMs, weight }] of marks.entries()) {
      const until = { fromMs: atMs, toMs: marks[place + 1]?.atMs ?? next }
      if (weight > 0) stretches.push({ by: release, ...until, from: 0, to: weight })
      if (weight < 100 && stable !== undefined) stretches.push({ by: stable, ...until, from: weight, to: 100 })
    }
    if (release.outcome === 'promoted') stable = release
  }
  return joined(stretches.filter(({ fromMs, toMs }) => toMs > fromMs))
}

/** Stretches that go on at the same level are one, so that no seam shows. */
const joined = (stretches: readonly Served[]): readonly Served[] => {
  const whole: Served[] = []
  for (const stretch of stretches) {
    const before = whole.findIndex(
      ({ by, toMs, from, to }) => by === stretch.by && toMs === stretch.fromMs && from === stretch.from && to === stretch.to,
    )
    const [earlier] = before < 0 ? [] : whole.splice(before, 1)
    whole.push(earlier === undefined ? stretch : { ...earlier, toMs: stretch.toMs })
  }
  return whole
}
