import type { Settings } from './options.ts'
import type { Interval } from './sample.ts'

/** A stretch in which stable had requests and the canary, at a weight above 0, had none. */
export interface Silence {
  readonly sinceAt: number
  /** Requests of stable meanwhile. */
  readonly requests: number
  /** ln of the chance of that, were the weight real: sum of n ln(1 - w); -1e9 stands for "impossible". */
  readonly lnChance: number
  readonly samples: number
}

/** The silence after this interval; null when the canary was heard, when nobody was silent alone, or when the weight changed. */
export function listen(
  before: Silence | null,
  fromAt: number,
  weight: number,
  stepBegan: boolean,
  { canary, stable }: Interval,
): Silence | null {
  if (canary.requests > 0 || weight <= 0) return null
  const old = stepBegan ? null : before
  if (stable.requests === 0) return old
  const surprise = weight >= 100 ? -1e9 : stable.requests * Math.log1p(-weight / 100)
  return {
    sinceAt: old?.sinceAt ?? fromAt,
    requests: (old?.requests ?? 0) + stable.requests,
    lnChance: Math.max(-1e9, (old?.lnChance ?? 0) + surprise),
    samples: (old?.samples ?? 0) + 1,
  }
}

/**
 * Whether the silence can no longer be luck, nor a weight that still travels to the proxies. A new silence may begin after every request of the
 * canary: the n-th has 1 / (n (n + 1)) of the probability, so that all of them together have no more than is allowed.
 * @param heard requests of the canary so far
 */
export function isDeaf(silence: Silence | null, at: number, heard: number, { liveness, overdispersion }: Settings): boolean {
  if (silence === null || silence.samples < 2) return false
  const allowed = Math.log(liveness.probability) - Math.log((heard + 1) * (heard + 2))
  return silence.lnChance / overdispersion < allowed && at - silence.sinceAt >= liveness.graceMs
}
