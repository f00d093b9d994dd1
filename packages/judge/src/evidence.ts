/** Counts of one side. */
export interface SideEvidence {
  readonly requests: number
  readonly failures: number
  /** failures / requests; null without requests. */
  readonly rate: number | null
}

/** "odds : 1", and how much of it decides. */
export interface Odds {
  readonly odds: number
  readonly needed: number
}

/** Why the judge says what it says; plain JSON. */
export interface Evidence {
  readonly verdict: 'pass' | 'fail' | 'insufficient' | 'noisy' | 'no-data'
  /** What failed: `errors`, `ceiling`, `no-traffic`; null unless the verdict is `fail`. */
  readonly culprit: string | null
  /** Milliseconds since the first sample. */
  readonly sinceMs: number
  /** Counts since the first sample. */
  readonly canary: SideEvidence
  readonly stable: SideEvidence
  /** The stretch up to now that speaks most against the canary; a late regression shows here undiluted. */
  readonly stretch: { readonly sinceMs: number; readonly canary: SideEvidence; readonly stable: SideEvidence }
  /** The canary is worse than stable. */
  readonly against: Odds
  /** The canary is better than the margin of the present step. */
  readonly promotion: Odds & { readonly margin: { readonly ratio: number; readonly absolute: number } }
  /** More of all requests fail than the ceiling allows. */
  readonly guard: Odds & { readonly ceiling: number }
  /** Stable's past, while the canary has all the traffic; `upper` is the limit that the canary is held against. */
  readonly reference: { readonly requests: number; readonly failures: number; readonly upper: number } | null
  /** The canary gets no requests although it should. */
  readonly silence: { readonly requests: number; readonly sinceMs: number; readonly weight: number } | null
}

export function sideEvidence({ requests, failures }: { requests: number; failures: number }): SideEvidence {
  return { requests, failures, rate: requests === 0 ? null : failures / requests }
}

/** One sentence for people: "canary 3.1 % (31/1000) against 0.9 % (81/9000), 412 : 1, needed 100 : 1, since 2 m 10 s". */
export function describeEvidence(evidence: Evidence): string {
  if (evidence.verdict === 'no-data') return `no requests on either side, nothing to judge, ${sinceWords(evidence.sinceMs)}`
  if (evidence.silence !== null) return describeSilence(evidence.silence)
  if (evidence.culprit === 'ceiling') return describeCeiling(evidence)
  const counts = evidence.verdict === 'pass' ? evidence : evidence.stretch
  const comparison = `canary ${share(counts.canary)} against ${reference(evidence, counts.stable)}`
  const since = sinceWords(counts.sinceMs)
  if (evidence.verdict === 'pass')
    return `${comparison}, ${ratio(evidence.promotion.odds)} for it, needed ${ratio(evidence.promotion.needed)}, ${since}`
  const against = `${comparison}, ${ratio(evidence.against.odds)}, needed ${ratio(evidence.against.needed)}`
  if (evidence.verdict === 'fail') return `${against}, ${since}`
  return `${against}; ${ratio(evidence.promotion.odds)} for it, needed ${ratio(evidence.promotion.needed)}; ${since}`
}

function describeSilence({ requests, sinceMs, weight }: NonNullable<Evidence['silence']>): string {
  return `canary 0 requests at a weight of ${percent(weight / 100)}, stable ${requests}, ${sinceWords(sinceMs)}`
}

function describeCeiling({ stretch, guard, sinceMs }: Evidence): string {
  const all = sideEvidence({
    requests: stretch.canary.requests + stretch.stable.requests,
    failures: stretch.canary.failures + stretch.stable.failures,
  })
  return `${share(all)} of all requests fail, ceiling ${percent(guard.ceiling)}, ${ratio(guard.odds)}, needed ${ratio(guard.needed)}, ${sinceWords(sinceMs)}`
}

function reference(evidence: Evidence, stable: SideEvidence): string {
  if (evidence.reference === null) return share(stable)
  return evidence.reference.requests === 0 ? 'no known rate' : `${share(sideEvidence(evidence.reference))} before`
}

function share({ requests, failures, rate }: SideEvidence): string {
  return rate === null ? 'without requests' : `${percent(rate)} (${failures}/${requests})`
}

/** A share as percent with as many digits as people read: "3.1 %", "0.04 %", "0 %". */
export function percent(value: number): string {
  const hundred = value * 100
  if (hundred === 0) return '0 %'
  return `${hundred >= 0.1 ? Number(hundred.toFixed(1)) : Number(hundred.toPrecision(1))} %`
}

function ratio(odds: number): string {
  if (odds > 1e6) return 'over 1000000 : 1'
  if (odds < 0.01) return 'under 0.01 : 1'
  return `${odds >= 10 ? Math.floor(odds) : Number(odds.toPrecision(2))} : 1`
}

function sinceWords(ms: number): string {
  return `since ${duration(ms)}`
}

/** "45 s", "2 m 10 s", "1 h 5 m". */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m ${seconds % 60} s`
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} m`
}
