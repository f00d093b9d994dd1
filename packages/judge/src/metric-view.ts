import { sideEvidence, type FailureEvidence, type GaugeEvidence, type LatencyEvidence, type MetricEvidence } from './evidence.ts'
import { againstOdds, marginAt, promotionOdds, type FailureTest } from './failure-test.ts'
import { gaugeOdds, type GaugeTest } from './gauge-test.ts'
import type { MetricTest } from './metric-look.ts'
import type { MetricSettings } from './options.ts'
import { ratioInterval } from './rate-ratio.ts'
import { knowsEnough } from './reference.ts'
import { excess, shapeOdds, viewOf, type ShapeTest } from './shape-test.ts'
import { boundedPhi } from './clump-bound.ts'
import { insideTolerance, worstStretch } from './tally.ts'

/** What one metric says at a look. */
export interface View<E extends MetricEvidence = MetricEvidence> {
  readonly evidence: E
  /** Evidence enough against the canary, and an effect that matters. */
  readonly fails: boolean
  /** Evidence enough for it, or none is required. */
  readonly sound: boolean
  readonly tolerated: boolean
}

export interface Moment {
  readonly at: number
  readonly startedAt: number
  /** Percent; whose margin promotion must prove. */
  readonly weight: number
  readonly alone: boolean
  /** What comes next is a step without stable, which still gets this part of the requests, above 0 to 1; null where it is not. */
  readonly lastOfStable: number | null
  /** Phi of the failures of the requests, as it was measured; 1 where it was not. */
  readonly measured: number
  /** What they may clump at most, as far as it is known. */
  readonly phi: number
}

export function viewOfMetric(metric: MetricSettings, test: MetricTest, moment: Moment): View {
  switch (test.kind) {
    case 'failures':
      return failureView(metric, test, moment)
    case 'latency':
      return latencyView(metric, test, moment)
    case 'gauge':
      return gaugeView(metric, test, moment)
  }
}

export function failureView(
  metric: MetricSettings,
  test: FailureTest,
  { at, startedAt, weight, alone, lastOfStable, measured, phi }: Moment,
): View<FailureEvidence> {
  const { tally } = test
  const reference = alone ? test.reference : null
  const { from, stretch } = worstStretch(tally, test.marks)
  const against = { odds: againstOdds(metric, test, test.spread === undefined ? phi : boundedPhi(test.spread)), needed: 1 / metric.alpha }
  const promotion = { odds: promotionOdds(metric, test, weight), needed: 1 / metric.beta, margin: marginAt(metric, weight) }
  // The users' own requests are no reference where others are judged that both sides go on having.
  const stableIsKnown =
    lastOfStable === null ||
    test.apart !== undefined ||
    knowsEnough(metric, test, Math.max(metric.overdispersion, measured), lastOfStable, marginAt(metric, 100))
  // While stable has all the requests there is nothing else to know.
  const proven = lastOfStable === 1 || promotion.odds >= promotion.needed
  const matters = stretch.canary.failures >= metric.minimumErrors && !insideTolerance(stretch, metric.tolerance)
  return {
    fails: !metric.advisory && against.odds >= against.needed && matters,
    sound: metric.advisory || (proven && stableIsKnown),
    tolerated: metric.advisory || lastOfStable === 1 || insideTolerance(tally, metric.tolerance),
    evidence: {
      kind: 'failures',
      metric: metric.name,
      advisory: metric.advisory,
      sinceMs: at - startedAt,
      canary: sideEvidence(tally.canary),
      stable: sideEvidence(tally.stable),
      stretch: { sinceMs: at - from, canary: sideEvidence(stretch.canary), stable: sideEvidence(stretch.stable) },
      against,
      promotion,
      lastOfStable: lastOfStable === null ? null : { share: lastOfStable, isKnown: stableIsKnown },
      rateRatio: ratioInterval(test.ratio, 0.05),
      reference: reference && { requests: reference.requests, failures: reference.failures, upper: reference.upper },
    },
  }
}

function latencyView(metric: MetricSettings, test: ShapeTest, { at, startedAt }: Moment): View<LatencyEvidence> {
  const { from, ...view } = viewOf(test, metric.tolerance)
  const against = { odds: shapeOdds(test), needed: 1 / metric.alpha }
  const tolerated = view.slower === null || excess(view.slower, metric.tolerance) <= 0
  return {
    fails: !metric.advisory && against.odds >= against.needed && !tolerated,
    sound: true,
    // Shares of a few requests say little, so a slowdown counts as one when there is some evidence of it.
    tolerated: metric.advisory || tolerated || against.odds < 3,
    evidence: {
      kind: 'latency',
      metric: metric.name,
      advisory: metric.advisory,
      sinceMs: at - startedAt,
      against,
      stretch: { ...view, sinceMs: at - from },
    },
  }
}

function gaugeView(metric: MetricSettings, test: GaugeTest, { at, startedAt }: Moment): View<GaugeEvidence> {
  const against = { odds: gaugeOdds(test), needed: 1 / metric.alpha }
  return {
    fails: !metric.advisory && against.odds >= against.needed,
    sound: true,
    tolerated: metric.advisory || 2 * test.beyond <= test.looks,
    evidence: {
      kind: 'gauge',
      metric: metric.name,
      advisory: metric.advisory,
      strength: 'weak',
      sinceMs: at - startedAt,
      against,
      looks: test.looks,
      beyond: test.beyond,
      last: test.last,
    },
  }
}
