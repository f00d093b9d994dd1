import { lookAtFailures, lookAtStratum, newFailureTest, type FailureTest } from './failure-test.ts'
import { lookAtGauge, newGaugeTest, type GaugeTest } from './gauge-test.ts'
import type { MetricSettings } from './options.ts'
import { intervalOf, readingOf, strataOf, type Interval, type Reading, type Sample, type SideSample } from './sample.ts'
import { slowOf } from './settings.ts'
import { measureAlone, measuredPhi, newSpread } from './spread.ts'
import { lookAtShape, newShapeTest, type ShapeTest } from './shape-test.ts'

/** State of one metric; plain JSON. */
export type MetricTest = FailureTest | ShapeTest | GaugeTest

export function newTest(metric: MetricSettings, at: number): MetricTest {
  switch (metric.kind) {
    case 'failures':
      return newFailureTest(metric, at)
    case 'latency':
      return newShapeTest(at)
    case 'gauge':
      return newGaugeTest()
  }
}

interface Look {
  readonly sample: Sample
  readonly renewal: boolean
  /** The canary has all the traffic. */
  readonly alone: boolean
  /** Phi of the failures of the requests, where it is measured. */
  readonly phi: number | null
}

/** One look at one metric. What the sample does not tell changes nothing. */
export function lookAtMetric(metric: MetricSettings, test: MetricTest, { sample, renewal, alone, phi: measured }: Look): MetricTest {
  const { at, weight } = sample
  const reading = readingOf(sample, metric.source)
  switch (test.kind) {
    case 'failures': {
      const interval = metric.slo === null ? intervalOf(reading) : slowInterval(reading, metric.slo)
      // Slow requests and the failures of other metrics clump in ways of their own.
      const isOfRequests = metric.source === null && metric.slo === null
      if (isOfRequests) {
        const strata = strataOf(sample)
        const together = [interval, ...strata].reduce((sum, { canary, stable }) => sum + canary.failures + stable.failures, 0)
        const after = lookAtFailures(metric, test, { at, interval, weight, alone, renewal, phi: measured, together })
        return strata.reduce(
          (before, stratum) => lookAtStratum(metric, before, { at, interval: stratum, weight, phi: measured, together }),
          after,
        )
      }
      if (!metric.findsOut) return lookAtFailures(metric, test, { at, interval, weight, alone, renewal, phi: null })
      const before = test.spread ?? newSpread()
      const spread = alone ? before : measureAlone(before, interval.stable)
      return { ...lookAtFailures(metric, test, { at, interval, weight, alone, renewal, phi: measuredPhi(spread) }), spread }
    }
    case 'latency': {
      const { canary, stable, boundaries } = reading
      if (alone || boundaries === undefined || (canary?.latency ?? stable?.latency) === undefined) return test
      return lookAtShape(metric, test, { at, boundaries, canary: canary?.latency ?? [], stable: stable?.latency ?? [], renewal })
    }
    case 'gauge':
      return alone || reading.gauge === undefined ? test : lookAtGauge(test, reading.gauge, metric.tolerance, renewal)
  }
}

function slowInterval({ canary, stable, boundaries }: Reading, slo: number): Interval {
  const slow = (side: SideSample | undefined) => slowOf(side?.latency ?? [], boundaries ?? [], slo)
  return { canary: slow(canary), stable: slow(stable) }
}
