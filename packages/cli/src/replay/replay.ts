import { createJudge, describeEvidence, forecast, type Evidence, type Forecast, type JudgeOptions } from '@deploy-kit/judge'
import type { Line } from './line.ts'

/** What the judge says after one line. */
export interface Replayed {
  readonly at: string
  readonly weight: number
  readonly verdict: Evidence['verdict']
  readonly culprit: string | null
  /** The e-value: "x : 1" that the canary is worse by what failed, or by its failures, and what is needed. */
  readonly odds: number
  readonly needed: number
  readonly evidence: string
  /** Time that is needed from the start at the traffic seen so far: for ten times stable's failures, and for a good canary to pass. */
  readonly forecast: {
    readonly detectMs: number
    readonly passMs: number
    /** Median and 95th percentile: until a good one passes, and until one that fails 2, 3 or 10 times as often is found. */
    readonly pass: Times
    readonly detect: Readonly<Record<'2' | '3' | '10', Times>>
  } | null
}

interface Times {
  readonly medianMs: number
  readonly p95Ms: number
}

/** Puts a recorded series before the judge, line by line, as if it had come from a rollout. */
export function* replay(lines: readonly Line[], options: JudgeOptions): Generator<Replayed> {
  const judge = createJudge(options)
  let lastWeight: number | undefined
  const seen = { requests: 0, stable: 0, failures: 0, looks: 0, from: lines[0]?.at ?? 0 }
  const past = { requests: options.history?.requests ?? 0, failures: options.history?.failures ?? 0 }
  for (const line of lines) {
    const weight = line.weight ?? observedShare(line) ?? lastWeight ?? 0
    const { verdict, culprit, evidence } = judge.observe({ ...line, weight, stepBegan: weight !== lastWeight, mode: 'rollout' })
    lastWeight = weight
    // When the interval of the first line began is not known, so the rate is that of the lines after it.
    if (line !== lines[0]) {
      seen.requests += line.canary.requests + line.stable.requests
      seen.stable += line.stable.requests
      seen.failures += line.stable.failures
      seen.looks += 1
    }
    yield {
      at: new Date(line.at).toISOString(),
      weight,
      verdict,
      culprit: culprit ?? null,
      ...decisive(evidence),
      evidence: describeEvidence(evidence),
      forecast: lookAhead(seen, line.at, weight, { ...options, history: { ...past, spread: judge.state()?.spread ?? null } }),
    }
  }
}

const decisive = ({ culprit, metrics, guard, against }: Evidence): Pick<Replayed, 'odds' | 'needed'> => {
  const { odds, needed } = culprit === 'ceiling' ? guard : (metrics.find(({ metric }) => metric === culprit)?.against ?? against)
  return { odds, needed }
}

/** The share that reached the canary, to the whole percent, so that chance does not look like a new step. */
const observedShare = ({ canary, stable }: Line): number | undefined => {
  const total = canary.requests + stable.requests
  return total === 0 ? undefined : Math.round((100 * canary.requests) / total)
}

const lookAhead = (
  seen: { readonly requests: number; readonly stable: number; readonly failures: number; readonly looks: number; readonly from: number },
  at: number,
  weight: number,
  options: JudgeOptions,
): Replayed['forecast'] => {
  const seconds = (at - seen.from) / 1_000
  if (seconds <= 0 || seen.stable === 0 || weight <= 0) return null
  const baseline = Math.min(0.5, Math.max(seen.failures, 0.5) / seen.stable)
  const ahead = (times: number): Forecast =>
    forecast({
      rps: seen.requests / seconds,
      weight,
      baseline,
      regression: Math.min(1, times * baseline),
      pollMs: (1_000 * seconds) / seen.looks,
      options,
    })
  const found = (times: number): Times => {
    const { detectMedianMs, detectP95Ms } = ahead(times)
    return { medianMs: detectMedianMs, p95Ms: detectP95Ms }
  }
  const { detectMedianMs, promoteMedianMs, promoteP95Ms } = ahead(10)
  return {
    detectMs: detectMedianMs,
    passMs: promoteMedianMs,
    pass: { medianMs: promoteMedianMs, p95Ms: promoteP95Ms },
    detect: { '2': found(2), '3': found(3), '10': found(10) },
  }
}
