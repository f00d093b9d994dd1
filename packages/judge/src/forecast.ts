import { project, type Margin } from './projection.ts'
import { marginAt } from './failure-test.ts'
import type { JudgeOptions, Settings } from './options.ts'
import { errorsOf, settingsOf } from './settings.ts'
import { boundOf, supposedPhi } from './clump-bound.ts'
import { measuredPhi } from './spread.ts'

/** The situation to look ahead from. */
export interface Outlook {
  /** Requests per second of both sides together; 0 where only `strata` have some. */
  readonly rps: number
  /** Percent of them that reach the canary, above 0 to 100. */
  readonly weight: number
  /** Failure share of stable, 0 to 1; none in n requests should be given as 1 / (2 n). */
  readonly baseline: number
  /** Failure share of a bad canary, above `baseline`, at most 1. */
  readonly regression: number
  /** Requests of other kinds, such as synthetic ones, taken to fail as often as those of the users. */
  readonly strata?: readonly Traffic[] | undefined
  /** Milliseconds between two looks. Default 5 000. */
  readonly pollMs?: number | undefined
  readonly options?: JudgeOptions | undefined
}

/** Requests per second of both sides together, and the percent of them that reach the canary. */
export interface Traffic {
  readonly rps: number
  readonly weight: number
}

export interface Forecast {
  /** Time until a canary with the failure share `regression` is rolled back: half of the cases, and 95 % of them. */
  readonly detectMedianMs: number
  readonly detectP95Ms: number
  /** Time until a canary as good as stable passes this step. */
  readonly promoteMedianMs: number
  readonly promoteP95Ms: number
  /** Wald's limit: the mean time that no test with these error budgets can undercut. */
  readonly limitMs: number
}

/** Nats that a test needs beyond ln(1/alpha), for not knowing where to look (calibrated by simulation). */
const overheadPlain = 1.6
const overheadBoosted = 1
/** The same for the promotion, which has fewer alternatives to try. */
const overheadOfPromotion = 0.3

/**
 * How long the judge will take at this traffic. Evidence grows like a random walk with drift g and variance V per second; the time to
 * a level L is ((z sqrt(V) + sqrt(z^2 V + 4 g L)) / 2g)^2, and half a poll is lost. Medians are within 20 % of simulated ones, the 95th percentile errs on the long side.
 * @throws RangeError when a number is outside its range
 */
export function forecast(outlook: Outlook): Forecast {
  const { rps, weight, baseline, regression, strata = [], pollMs = 5000 } = outlook
  const traffic = [{ rps, weight }, ...strata].filter((part) => part.rps !== 0)
  const odd = traffic.find((part) => !(part.rps > 0))
  if (odd !== undefined || traffic.length === 0)
    throw new RangeError(`rps is ${(odd ?? { rps }).rps}; it must be above 0, of the users or of another kind of requests`)
  const off = [weight, ...strata.map((part) => part.weight)].find((percent) => !(percent > 0 && percent <= 100))
  if (off !== undefined) throw new RangeError(`weight is ${off}; it must be above 0, up to 100 percent`)
  if (!(baseline > 0 && baseline < regression && regression <= 1)) {
    throw new RangeError(`baseline is ${baseline} and regression ${regression}; they must be shares with 0 < baseline < regression <= 1`)
  }
  const settings = settingsOf(outlook.options ?? {})
  const errors = errorsOf(settings)
  const phi = errors.overdispersion
  const bad = sumOf(traffic.map((part) => comparison(part.weight / 100, regression, baseline, part.rps)))
  const detect = Math.log(1 / errors.alpha)
  const clumpings = clumpsAhead(outlook, settings, traffic)
  const detected = (z: number) => timeToDetect(detect, bad, z, pollMs, clumpings)
  const promote = Math.log(1 / errors.beta) + overheadOfPromotion
  const good = together(traffic.map((part) => soundness(part.weight / 100, baseline, marginAt(errors, weight), part.rps / phi)))
  return {
    detectMedianMs: detected(0),
    detectP95Ms: detected(1.645),
    promoteMedianMs: timeToPass(promote, good, 0.5, 0, pollMs),
    promoteP95Ms: timeToPass(promote, good, 0.95, 1.645, pollMs),
    limitMs: (1000 * detect) / traffic.reduce((sum, part) => sum + information(part.weight / 100, regression, baseline, part.rps / phi), 0),
  }
}

/** For how many failures one counts, and from when on. */
interface Clumping {
  readonly phi: number
  readonly fromMs: number
}

/**
 * What failures will count for as time goes by. Where nobody said how they clump it takes some looks at stable to rule out that they do; until then those of a look
 * count as one, up to what is supposed. Independent failures are taken for granted here, as far as nothing else was measured.
 */
function clumpsAhead(
  { baseline, regression, pollMs = 5000 }: Outlook,
  settings: Settings,
  traffic: readonly Traffic[],
): readonly Clumping[] {
  const { findsOut, overdispersion } = errorsOf(settings)
  if (!findsOut) return [{ phi: overdispersion, fromMs: 0 }]
  const measured = settings.spread === null ? 1 : measuredPhi(settings.spread)
  const perLook = (rate: (part: Traffic) => number) => traffic.reduce((sum, part) => sum + (part.rps * pollMs * rate(part)) / 1000, 0)
  const failures = perLook(({ weight }) => (weight * regression + (100 - weight) * baseline) / 100)
  // A pair of neighbouring looks at stable.
  const v = perLook(({ weight }) => ((100 - weight) * baseline) / 100) / 2
  const known = settings.spread?.[0] ?? { v: 0, v2: 0, failures: 0, occupied: 0 }
  const clumpings: Clumping[] = []
  for (let pairs = 0; pairs <= mostPairs; pairs = Math.ceil(pairs * 1.25) + 1) {
    const sums = {
      v: known.v + pairs * v,
      v2: known.v2 + pairs * v * v,
      failures: known.failures + 4 * pairs * v,
      occupied: known.occupied + 2 * pairs * (1 - Math.exp(-2 * v)),
    }
    const bound = sums.v === 0 ? supposedPhi : boundOf(1, sums)
    clumpings.push({ phi: Math.max(measured, Math.min(bound, Math.max(1, failures))), fromMs: 2 * pairs * pollMs })
    if (bound === 1) break
  }
  return clumpings
}

/** The earliest time at which the evidence, at what failures count for by then, has grown to the level. */
function timeToDetect(level: number, { drift, variance }: Growth, z: number, pollMs: number, clumpings: readonly Clumping[]): number {
  return Math.min(
    ...clumpings.map(({ phi, fromMs }) =>
      Math.max(
        fromMs,
        timeTo(level + (phi > 1 ? overheadPlain : overheadBoosted), { drift: drift / phi, variance: variance / phi }, z, pollMs),
      ),
    ),
  )
}

/** After so many pairs of looks nobody waits any more. */
const mostPairs = 2000

interface Growth {
  /** Nats per second, and their variance per second. */
  readonly drift: number
  readonly variance: number
}

function sumOf(parts: readonly Growth[]): Growth {
  return parts.reduce((a, b) => ({ drift: a.drift + b.drift, variance: a.variance + b.variance }))
}

/** Growth of the evidence against a canary with rate c beside stable with rate b (Poisson form of the conditional binomial test). */
function comparison(w: number, c: number, b: number, rps: number): Growth {
  if (w === 1) return pairGrowth(1, c, b, b, b, rps)
  const u = w * c + (1 - w) * b
  const lnC = Math.log(c / u)
  const lnB = Math.log(b / u)
  return { drift: rps * (w * c * lnC + (1 - w) * b * lnB), variance: rps * (w * c * lnC ** 2 + (1 - w) * b * lnB ** 2) }
}

/** Nats per second that the best test could gain: the divergence from the nearest pair of equal rates. */
function information(w: number, c: number, b: number, rps: number): number {
  const u = w === 1 ? b : w * c + (1 - w) * b
  return pairGrowth(w, c, u, b, u, rps).drift
}

/** Evidence that a canary with stable's own rate is better than the margin: it grows steadily, and falls with every failure of the canary. */
interface Soundness {
  /** Nats per second without a failure of the canary. */
  readonly climb: number
  /** Nats that one failure costs, and failures per second. */
  readonly fall: number
  readonly failures: number
}

function soundness(w: number, rate: number, margin: Margin, rps: number): Soundness {
  const limit =
    w === 1 ? { canary: margin.ratio * rate + margin.absolute, stable: rate } : project({ canary: rate, stable: rate }, w, margin)
  const fall = Math.log(limit.canary / rate)
  const failures = rps * w * rate
  return { climb: pairGrowth(w, rate, limit.canary, rate, limit.stable, rps).drift + failures * fall, fall, failures }
}

/** Several kinds of requests; one failure costs what it does in the mean. */
function together(parts: readonly Soundness[]): Soundness {
  return parts.reduce((a, b) => {
    const failures = a.failures + b.failures
    return { climb: a.climb + b.climb, failures, fall: failures === 0 ? 0 : (a.failures * a.fall + b.failures * b.fall) / failures }
  })
}

/** From so many failures of the canary on they are as good as normally distributed, and counting them one by one would take long. */
const countable = 150

/**
 * Milliseconds until all but few sound canaries have passed, with normal score z: failures of the canary are few, so they are counted (Poisson) and not
 * approximated by a normal distribution.
 */
function timeToPass(level: number, { climb, fall, failures }: Soundness, quantile: number, z: number, pollMs: number): number {
  // Nobody fails more often than always: a margin beyond that proves nothing.
  if (!(climb > 0)) return Infinity
  for (let allowed = 0; allowed < countable; allowed++) {
    const seconds = (level + allowed * fall) / climb
    if (poissonBelow(allowed, failures * seconds) >= quantile) return 1000 * seconds + pollMs / 2
  }
  return timeTo(level, { drift: climb - failures * fall, variance: failures * fall * fall }, z, pollMs)
}

/** P(X <= k) for a Poisson variable. */
function poissonBelow(k: number, mean: number): number {
  let sum = 0
  for (let x = 0, ln = -mean; x <= k; x++, ln += Math.log(mean / x)) sum += Math.exp(ln)
  return sum
}

function pairGrowth(w: number, c: number, cNull: number, b: number, bNull: number, rps: number): Growth {
  let drift = 0
  let variance = 0
  for (const [share, q, p] of [
    [w * c, c, cNull],
    [w * (1 - c), 1 - c, 1 - cNull],
    [(1 - w) * b, b, bNull],
    [(1 - w) * (1 - b), 1 - b, 1 - bNull],
  ] as const) {
    if (share === 0) continue
    drift += share * Math.log(q / p)
    variance += share * Math.log(q / p) ** 2
  }
  return { drift: rps * drift, variance: rps * variance }
}

/** Milliseconds until a walk reaches the level, at the quantile with normal score z. */
function timeTo(level: number, { drift, variance }: Growth, z: number, pollMs: number): number {
  const root = (z * Math.sqrt(variance) + Math.sqrt(z * z * variance + 4 * drift * level)) / (2 * drift)
  return 1000 * root * root + pollMs / 2
}
