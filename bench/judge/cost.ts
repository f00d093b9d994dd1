import { createJudge, type Sample, type SideSample } from '@deploy-kit/judge'
import { binomial, poisson, seeded, type Uniform } from './random.ts'

/** Microseconds that one look takes with so many metrics of failures. */
export interface Cost {
  readonly metrics: number
  readonly micros: number
}

const looks = 240
const repetitions = 21

/**
 * Times an hour of looks: 100 requests a second, 10 percent of them for the canary, half a percent of failures in every metric, a look every 15 seconds.
 * The same hour is judged several times and each look counts with its median, since what else the machine does only adds.
 */
export function costs(numbers: readonly number[] = [1, 10, 50]): Cost[] {
  return numbers.map((metrics) => {
    const samples = hourOf(metrics)
    const hours = Array.from({ length: repetitions }, () => timed(metrics, samples))
    const perLook = samples.map((_, k) => median(hours.map((hour) => hour[k] ?? 0)))
    return { metrics, micros: perLook.reduce((sum, micros) => sum + micros, 0) / perLook.length }
  })
}

function timed(metrics: number, samples: readonly Sample[]): number[] {
  const judge = createJudge({ metrics: Object.fromEntries(names(metrics).map((name) => [name, { kind: 'failures' }])) })
  return samples.map((sample) => {
    const begun = performance.now()
    judge.observe(sample)
    return 1000 * (performance.now() - begun)
  })
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0
}

/** The failures of the requests themselves are the first metric. */
function names(metrics: number): string[] {
  return Array.from({ length: metrics - 1 }, (_, k) => `metric-${k + 2}`)
}

function hourOf(metrics: number): Sample[] {
  const uniform = seeded(7)
  return Array.from({ length: looks }, (_, k) => ({
    at: (k + 1) * 15_000,
    weight: 10,
    stepBegan: k === 0,
    mode: 'rollout',
    canary: side(uniform, 150),
    stable: side(uniform, 1350),
    metrics: Object.fromEntries(names(metrics).map((name) => [name, { canary: side(uniform, 150), stable: side(uniform, 1350) }])),
  }))
}

function side(uniform: Uniform, mean: number): SideSample {
  const requests = poisson(uniform, mean)
  return { requests, failures: binomial(uniform, requests, 0.005) }
}
