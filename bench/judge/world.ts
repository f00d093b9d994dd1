import { binomial, geometric, poisson, type Uniform } from './random.ts'

/** One simulated service under a rollout. */
export interface World {
  readonly rps: number
  /** The canary's share, 0 to 1; several are steps of equal length over the first quarter of an hour. */
  readonly shares: readonly number[]
  readonly stable: number
  readonly canary: number
  /** Seconds after which the canary is as bad as `canary`; before, it is as good as stable. */
  readonly onset?: number
  /** Failure share of both sides between two moments, in seconds. */
  readonly outage?: { readonly from: number; readonly to: number; readonly rate: number }
  /** Mean number of failures in a clump; 1 is independent failures. A clump hits one side. */
  readonly clump?: number
  /** Stable's instances are known, so its failures come in two halves; a clump stays on one. */
  readonly halved?: boolean
  /** Amplitude of a common daily-like wave of the failure rate, 0 to 1. */
  readonly wave?: number
}

export const pollSeconds = 15
export const minutes = 60

/** [canary requests, stable requests, canary failures, stable failures] */
export type Counts = readonly [number, number, number, number]

export interface Interval {
  readonly at: number
  readonly share: number
  readonly stepBegan: boolean
  readonly counts: Counts
  readonly halves?: readonly [Half, Half]
}

interface Half {
  readonly requests: number
  readonly failures: number
}

/** An hour of polls. */
export function* hour(world: World, uniform: Uniform): Generator<Interval> {
  for (let at = pollSeconds; at <= minutes * 60; at += pollSeconds) {
    const step = stepAt(world, at - pollSeconds)
    const share = world.shares[step] ?? 0
    const nc = poisson(uniform, world.rps * pollSeconds * share)
    const nb = poisson(uniform, world.rps * pollSeconds * (1 - share))
    const [pc, pb] = ratesAt(world, at)
    const stepBegan = at === pollSeconds || step !== stepAt(world, at - 2 * pollSeconds)
    if (world.halved === true) {
      const first = { requests: nb >> 1, failures: failures(world, uniform, nb >> 1, pb) }
      const second = { requests: nb - (nb >> 1), failures: failures(world, uniform, nb - (nb >> 1), pb) }
      const counts: Counts = [nc, nb, failures(world, uniform, nc, pc), first.failures + second.failures]
      yield { at, share, stepBegan, counts, halves: [first, second] }
      continue
    }
    yield { at, share, stepBegan, counts: [nc, nb, failures(world, uniform, nc, pc), failures(world, uniform, nb, pb)] }
  }
}

function stepAt({ shares }: World, at: number): number {
  return Math.min(shares.length - 1, Math.floor((at / 900) * shares.length))
}

function ratesAt({ stable, canary, onset = 0, outage, wave = 0 }: World, at: number): [number, number] {
  if (outage !== undefined && at > outage.from && at <= outage.to) return [outage.rate, outage.rate]
  const tide = 1 + wave * Math.sin((2 * Math.PI * at) / 1200)
  return [(at > onset ? canary : stable) * tide, stable * tide]
}

export function failures({ clump = 1 }: Pick<World, 'clump'>, uniform: Uniform, requests: number, rate: number): number {
  if (clump === 1) return binomial(uniform, requests, rate)
  let failed = 0
  for (let clumps = poisson(uniform, (requests * rate) / clump); clumps > 0; clumps--) failed += geometric(uniform, clump)
  return Math.min(requests, failed)
}
