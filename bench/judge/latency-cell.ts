import { createJudge } from '@deploy-kit/judge'
import type { CellResult } from './errors-cell.ts'
import { binomial, poisson, seeded, type Uniform } from './random.ts'
import { summarise } from './summary.ts'
import { minutes, pollSeconds } from './world.ts'

export interface LatencyCell {
  readonly kind: 'latency'
  readonly name: string
  readonly rps: number
  readonly share: number
  /** All requests of the canary take this many times as long. */
  readonly scale: number
  /** This share of the canary's requests takes a second longer. */
  readonly late: number
  /** Both sides take this many times as long from the 20th to the 30th minute. */
  readonly common?: number
  /** Whether the judge is told that slow requests come one by one. */
  readonly independent?: boolean
}

/** Prometheus' default buckets, in seconds. */
const boundaries: readonly number[] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** Log-normal latencies: median 80 ms, sigma 0.7, so the 99th percentile is 408 ms. */
function shareBelow(seconds: number, { scale, late }: { scale: number; late: number }): number {
  const usual = normalBelow(Math.log(seconds / (0.08 * scale)) / 0.7)
  return (1 - late) * usual + (seconds > 1 ? late * normalBelow(Math.log((seconds - 1) / (0.08 * scale)) / 0.7) : 0)
}

/** Abramowitz and Stegun 7.1.26; error under 2e-7. */
function normalBelow(z: number): number {
  const x = Math.abs(z) / Math.SQRT2
  const t = 1 / (1 + 0.3275911 * x)
  const tail = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))) * Math.exp(-x * x)
  return z > 0 ? 1 - tail / 2 : tail / 2
}

function histogram(uniform: Uniform, requests: number, shape: { scale: number; late: number }): number[] {
  let left = requests
  let below = 0
  const counts = boundaries.map((boundary) => {
    const share = shareBelow(boundary, shape)
    const count = binomial(uniform, left, Math.min(1, Math.max(0, (share - below) / (1 - below))))
    below = share
    left -= count
    return count
  })
  return [...counts, left]
}

/** The judge of latency; its own budget is 1 %, as errors are advisory here. */
export function runLatency(cell: LatencyCell, runs: number, seed: number): CellResult {
  const times: number[] = []
  for (let run = 0; run < runs; run++) {
    const uniform = seeded(seed * 1_000_003 + run * 7919)
    const judge = createJudge({
      errors: { role: 'advisory' },
      ...(cell.independent === true && { overdispersion: 1 }),
      latency: { history: history(uniform, cell), tolerance: { ratio: 1, absolute: 0 } },
      weights: [cell.share * 100],
    })
    let alarm = Infinity
    for (let at = pollSeconds; at <= minutes * 60 && alarm === Infinity; at += pollSeconds) {
      const tide = at > 1200 && at <= 1800 ? (cell.common ?? 1) : 1
      const nc = poisson(uniform, cell.rps * pollSeconds * cell.share)
      const nb = poisson(uniform, cell.rps * pollSeconds * (1 - cell.share))
      const { verdict } = judge.observe({
        at: at * 1000,
        weight: cell.share * 100,
        stepBegan: at === pollSeconds,
        mode: 'rollout',
        boundaries,
        canary: { requests: nc, failures: 0, latency: histogram(uniform, nc, { scale: cell.scale * tide, late: cell.late }) },
        stable: { requests: nb, failures: 0, latency: histogram(uniform, nb, { scale: tide, late: 0 }) },
      })
      if (verdict === 'fail') alarm = at
    }
    times.push(alarm)
  }
  return { name: cell.name, ours: summarise(times), rivals: null }
}

function history(uniform: Uniform, { rps }: LatencyCell) {
  const requests = poisson(uniform, rps * 1800)
  return { requests, failures: 0, boundaries, latency: histogram(uniform, requests, { scale: 1, late: 0 }) }
}

/** Wald's limit in seconds, from the probabilities of the buckets. */
export function latencyLimit({ rps, share: w, scale, late }: LatencyCell, alpha: number): number {
  const p = masses({ scale: 1, late: 0 })
  const q = masses({ scale, late })
  let nats = 0
  for (const [j, pj] of p.entries()) {
    const qj = q[j] ?? 0
    const m = w * qj + (1 - w) * pj
    if (qj > 0) nats += w * qj * Math.log(qj / m)
    if (pj > 0) nats += (1 - w) * pj * Math.log(pj / m)
  }
  return Math.log(1 / alpha) / (rps * nats)
}

function masses(shape: { scale: number; late: number }): number[] {
  const below = [...boundaries.map((boundary) => shareBelow(boundary, shape)), 1]
  return below.map((share, j) => Math.max(0, share - (below[j - 1] ?? 0)))
}
