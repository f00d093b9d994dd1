import type { Side } from '@deploy-kit/rollout'
import type { Counted, Fault, MetricWorld } from '../contracts/metric-source.ts'
import type { ManualClock } from './manual-clock.ts'
import { newRelease, oldRelease } from './source-context.ts'

export interface Series {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  value: number
}

const releases = { canary: newRelease, stable: oldRelease }
/** So much time goes by between two scrapes. */
const scrapeEveryMs = 15_000

/**
 * Two versions with counters, as instances of them expose them: `requests_total` by code, `failures_total` that another process writes,
 * `seconds_bucket`, and the gauge `memory_bytes`.
 */
export class CounterWorld implements MetricWorld {
  readonly series: Series[] = []
  fault: Fault | undefined
  /** Called when all that counts was scraped once more. */
  onPass: () => void = () => undefined
  readonly #clock: ManualClock
  #late: (() => void)[] = []

  constructor(clock: ManualClock) {
    this.#clock = clock
  }

  counts(side: Side, { requests, failures = 0, fast = 0 }: Counted, pod = `${side}-0`): void {
    this.#add(side, 'requests_total', { pod, code: '200' }, requests - failures)
    if (failures > 0) {
      this.#add(side, 'requests_total', { pod, code: '503' }, failures)
      this.#add(side, 'failures_total', { pod }, failures)
    }
    for (const [le, count] of [
      ['0.1', fast],
      ['1', requests],
      ['+Inf', requests],
    ] as const)
      this.#add(side, 'seconds_bucket', { le }, count)
  }

  countsLate(side: Side, { requests, failures = 0 }: Counted): void {
    this.#add(side, 'failures_total', {}, failures)
    this.#late.push(() => {
      this.#add(side, 'requests_total', { code: '200' }, requests - failures)
      this.#add(side, 'requests_total', { code: '503' }, failures)
    })
  }

  passes(): void {
    this.#clock.time += scrapeEveryMs
    this.onPass()
    this.#clock.time += scrapeEveryMs / 3
    for (const happens of this.#late) happens()
    this.#late = []
  }

  restarts(side: Side): void {
    for (const series of this.#of(side)) series.value = 0
  }

  vanishes(side: Side): void {
    for (const series of this.#of(side)) this.series.splice(this.series.indexOf(series), 1)
  }

  shows(side: Side, value: number): void {
    this.#add(side, 'memory_bytes', {}, value)
  }

  breaks(fault: Fault): void {
    this.fault = fault
  }

  heals(): void {
    this.fault = undefined
  }

  /** As Prometheus text. */
  exposition(): string {
    return this.series.map((series) => `${series.name}{${labelsOf(series)}} ${series.value}\n`).join('')
  }

  #of(side: Side): Series[] {
    return this.series.filter(({ labels }) => labels['digest'] === releases[side].digest)
  }

  #add(side: Side, name: string, more: Readonly<Record<string, string>>, value: number): void {
    const { digest, version } = releases[side]
    const labels = { digest, version, pod: `${side}-0`, ...more }
    const known = this.#of(side).find((series) => series.name === name && JSON.stringify(series.labels) === JSON.stringify(labels))
    if (known === undefined) this.series.push({ name, labels, value })
    else known.value += value
  }
}

const labelsOf = ({ labels }: Series): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join(',')
