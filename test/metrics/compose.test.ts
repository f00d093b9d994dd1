import { beforeEach, describe, expect, test } from '@jest/globals'
import { KitError } from '@deploy-kit/core'
import { composeSources, type MetricSource } from '@deploy-kit/metrics'
import type { Counts } from '@deploy-kit/rollout'
import { ManualClock } from '../fakes/manual-clock.ts'

const { signal } = new AbortController()

/** A source that counts what it is told, each thing once. */
class Told implements MetricSource {
  fault: KitError | undefined
  closed = false
  #next: Omit<Counts, 'at'> = { canary: undefined, stable: undefined }

  tells(next: Omit<Counts, 'at'>): void {
    this.#next = next
  }

  async check(): Promise<void> {
    if (this.fault !== undefined) throw this.fault
  }

  async read(aborted: AbortSignal): Promise<Counts> {
    aborted.throwIfAborted()
    if (this.fault !== undefined) throw this.fault
    const counts = { at: 5, ...this.#next }
    this.#next = { canary: undefined, stable: undefined }
    return counts
  }

  async close(): Promise<void> {
    this.closed = true
  }
}

const down = (what: string): KitError => new KitError('metrics-unavailable', `${what} is down.`, { remedy: `Start ${what}.` })
const counts = { canary: { requests: 10, failures: 1 }, stable: { requests: 90, failures: 0 } }
const timed = { ...counts, boundaries: [0.1], canary: { requests: 10, failures: 0, latency: [9, 1] } }

let clock: ManualClock
let errors: Told
let latency: Told
let memory: Told
let probe: Told
let all: MetricSource
beforeEach(() => {
  clock = new ManualClock()
  errors = new Told()
  latency = new Told()
  memory = new Told()
  probe = new Told()
  all = composeSources({ errors, metrics: { latency, memory }, strata: { probe } }, clock)
})

describe('several sources are read as one', () => {
  test('the halves of stable are those of the errors, whatever other sources know', async () => {
    const halves = [counts.stable, counts.stable] as const
    latency.tells({ ...timed, halves })
    expect(await all.read(signal)).not.toHaveProperty('halves')
    errors.tells({ ...counts, halves })
    expect(await all.read(signal)).toMatchObject({ halves })
  })

  test('each in its place, at the time of the look', async () => {
    errors.tells(counts)
    latency.tells(timed)
    memory.tells({ canary: undefined, stable: undefined, gauge: { canary: 3, stable: 2 } })
    probe.tells({ canary: { requests: 5, failures: 0 }, stable: { requests: 5, failures: 0 } })
    expect(await all.read(signal)).toEqual({
      at: clock.now(),
      ...counts,
      metrics: { latency: timed, memory: { canary: undefined, stable: undefined, gauge: { canary: 3, stable: 2 } } },
      strata: [{ canary: { requests: 5, failures: 0 }, stable: { requests: 5, failures: 0 } }],
    })
  })

  test('alone, a source adds nothing', async () => {
    errors.tells(timed)
    expect(await composeSources({ errors, metrics: {}, strata: {} }, clock).read(signal)).toEqual({ at: clock.now(), ...timed })
  })

  test('one that cannot be read is named and missing; the others are heard, and nothing of them is lost or told twice', async () => {
    errors.tells(counts)
    latency.fault = down('Prometheus')
    const first = await all.read(signal)
    expect(first).toMatchObject({ ...counts, unread: [{ code: 'metrics-unavailable', message: 'latency: Prometheus is down.' }] })
    expect(first.metrics).not.toHaveProperty('latency')
    latency.fault = undefined
    latency.tells(timed)
    const second = await all.read(signal)
    expect(second).toMatchObject({ canary: undefined, stable: undefined, metrics: { latency: timed } })
    expect(second).not.toHaveProperty('unread')
  })

  test('without the errors the others are heard still', async () => {
    errors.fault = down('the edge')
    latency.tells(timed)
    expect(await all.read(signal)).toMatchObject({ canary: undefined, stable: undefined, metrics: { latency: timed } })
  })

  test('nothing that can be read is an error', async () => {
    for (const source of [errors, latency, memory, probe]) source.fault = down('everything')
    await expect(all.read(signal)).rejects.toMatchObject({ code: 'metrics-unavailable', message: 'errors: everything is down.' })
  })

  test('an abort is an abort, not a source that is down', async () => {
    const reason = new Error('cancelled')
    await expect(all.read(AbortSignal.abort(reason))).rejects.toBe(reason)
  })

  test('the check tells every fault at once, each with its remedy', async () => {
    latency.fault = down('Prometheus')
    memory.fault = new KitError('metrics-empty', 'No series.', { remedy: 'Correct the query.' })
    await expect(all.check(signal)).rejects.toMatchObject({
      code: 'metrics-unavailable',
      message: 'latency: Prometheus is down.\n  memory: No series. Correct the query.',
      remedy: 'Start Prometheus.',
    })
  })

  test('closing closes those that have something to close', async () => {
    await all.close?.()
    expect([errors, latency, memory, probe].map(({ closed }) => closed)).toEqual([true, true, true, true])
  })
})
