import {
  sideEvidence,
  type Evidence,
  type FailureEvidence,
  type GaugeEvidence,
  type LatencyEvidence,
  type Odds,
  type SideEvidence,
} from './evidence.ts'

/** One sentence for people: "canary 3.1 % (31/1000) against 0.9 % (81/9000), 412 : 1, needed 100 : 1, since 2 m 10 s". */
export function describeEvidence(evidence: Evidence): string {
  const { verdict, culprit, silence, control } = evidence
  if (culprit === 'ceiling') return describeCeiling(evidence)
  if (verdict === 'no-data') return `no requests on either side, nothing to judge, ${since(evidence.sinceMs)}`
  if (silence !== null && (verdict !== 'fail' || culprit === 'no-traffic')) return describeSilence(silence)
  if (verdict === 'noisy' && control !== null) {
    return `stable differs from itself, ${odds(control)}: too noisy for statistics, ${since(evidence.sinceMs)}`
  }
  if (verdict === 'fail') {
    const metric = evidence.metrics.find(({ metric: name }) => name === culprit)
    if (metric?.kind === 'latency') return describeLatency(metric)
    if (metric?.kind === 'gauge') return describeGauge(metric)
    if (metric?.kind === 'failures')
      return `${described(metric)}${comparison(metric, metric.stretch)}, ${odds(metric.against)}, ${since(metric.stretch.sinceMs)}${metric.metric === 'errors' ? clumps(evidence) : ''}`
  }
  return `${describeErrors(evidence)}${clumps(evidence)}`
}

function describeErrors(evidence: Evidence): string {
  const { promotion, against, stretch, metrics } = evidence
  const missing = metrics.flatMap((metric) =>
    metric.kind === 'failures' && !metric.advisory && metric.promotion.odds < metric.promotion.needed ? [metric.metric] : [],
  )
  if (evidence.lastOfStable?.share === 1) return describePreview(evidence)
  if (evidence.verdict === 'pass')
    return `${comparison(evidence, evidence)}, ${ratio(promotion.odds)} for it, needed ${ratio(promotion.needed)}, ${since(evidence.sinceMs)}`
  if (missing.length === 0 && evidence.lastOfStable?.isKnown === false)
    return `${comparison(evidence, evidence)}, ${ratio(promotion.odds)} for it, needed ${ratio(promotion.needed)}; stable is not known well enough yet for the canary to be alone, ${since(evidence.sinceMs)}`
  const rest = missing.length > 0 && missing.join() !== 'errors' ? `; not sure yet of ${missing.join(', ')}` : ''
  return `${comparison(evidence, stretch)}, ${odds(against)}; ${ratio(promotion.odds)} for it, needed ${ratio(promotion.needed)}; ${since(stretch.sinceMs)}${rest}`
}

/** Stable has all the requests, and what is learnt of it is what the canary will be held against. */
function describePreview({ stable, lastOfStable, sinceMs }: Evidence): string {
  return `stable ${share(stable)}, ${lastOfStable?.isKnown === true ? 'enough' : 'not enough yet'} to hold the canary alone against, ${since(sinceMs)}`
}

/** What was measured of the clumps, where it weakens the evidence. */
function clumps({ overdispersion: { phi, measured, supposed }, stretch, verdict }: Evidence): string {
  if (supposed > phi) {
    // What failed in spite of it needs no excuse.
    return stretch.canary.failures < 2 || verdict === 'fail'
      ? ''
      : `; how failures clump is not known yet, so up to ${Number(supposed.toPrecision(2))} of a look count as one`
  }
  return measured && phi > 1 ? `; failures come in clumps, ${Number(phi.toPrecision(2))} count as one` : ''
}

function described({ metric }: FailureEvidence): string {
  return metric === 'errors' ? '' : `${metric}: `
}

type Compared = Pick<FailureEvidence, 'canary' | 'stable'>

function comparison({ reference }: Pick<FailureEvidence, 'reference'>, { canary, stable }: Compared): string {
  const other = reference === null ? share(stable) : reference.requests === 0 ? 'no known rate' : `${share(sideEvidence(reference))} before`
  return `canary ${share(canary)} against ${other}`
}

function describeLatency({ metric, against, stretch }: LatencyEvidence): string {
  const { canary, stable, requests, slower } = stretch
  const shares =
    slower === null
      ? ''
      : `${percent(slower.canary)} of ${requests.canary} over ${seconds(slower.seconds)} against ${percent(slower.stable)} of ${requests.stable}, `
  return `${metric}: canary ${shares}p50 ${seconds(canary.p50)} against ${seconds(stable.p50)}, p99 ${seconds(canary.p99)} against ${seconds(stable.p99)}, ${odds(against)}, ${since(stretch.sinceMs)}`
}

function describeGauge({ metric, last, beyond, looks, against, sinceMs }: GaugeEvidence): string {
  const values = last === null ? '' : `canary ${last.canary} against ${last.stable}, `
  return `${metric}: ${values}beyond the tolerance at ${beyond} of ${looks} looks (weak test), ${odds(against)}, ${since(sinceMs)}`
}

function describeSilence({ requests, sinceMs, weight }: NonNullable<Evidence['silence']>): string {
  return `canary 0 requests at a weight of ${percent(weight / 100)}, stable ${requests}, ${since(sinceMs)}`
}

function describeCeiling({ stretch, guard, sinceMs }: Evidence): string {
  const all = sideEvidence({
    requests: stretch.canary.requests + stretch.stable.requests,
    failures: stretch.canary.failures + stretch.stable.failures,
  })
  return `${share(all)} of all requests fail, ceiling ${percent(guard.ceiling)}, ${odds(guard)}, ${since(sinceMs)}`
}

function share({ requests, failures, rate }: SideEvidence): string {
  return rate === null ? 'without requests' : `${percent(rate)} (${failures}/${requests})`
}

/** A share as percent with as many digits as people read: "3.1 %", "0.04 %", "0 %". */
export function percent(value: number): string {
  const hundred = value * 100
  return `${hundred >= 0.1 ? Number(hundred.toFixed(1)) : Number(hundred.toPrecision(1))} %`
}

function odds({ odds: value, needed }: Odds): string {
  return `${ratio(value)}, needed ${ratio(needed)}`
}

function ratio(value: number): string {
  if (value > 1e6) return 'over 1000000 : 1'
  if (value < 0.01) return 'under 0.01 : 1'
  return `${value >= 10 ? Math.floor(value * (1 + 1e-12)) : Number(value.toPrecision(2))} : 1`
}

function seconds(value: number | null): string {
  if (value === null) return 'unknown'
  return value < 1 ? `${Number((value * 1000).toPrecision(2))} ms` : `${Number(value.toPrecision(2))} s`
}

function since(ms: number): string {
  return `since ${duration(ms)}`
}

/** "45 s", "2 m 10 s", "1 h 5 m". */
export function duration(ms: number): string {
  const whole = Math.round(ms / 1000)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} m ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} m`
}
