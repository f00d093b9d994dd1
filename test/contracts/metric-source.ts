import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { MetricSource } from '@deploy-kit/metrics'
import type { Counts, Side } from '@deploy-kit/rollout'

/** How a source can be out of order. `hanging`: it takes the request and never answers. */
export type Fault = 'unreachable' | 'unauthorised' | 'busy' | 'hanging' | 'not-json' | 'wrong-shape'

export interface Counted {
  readonly requests: number
  readonly failures?: number
  /** Requests of at most a tenth of a second among them; the others take up to one second. For histograms. */
  readonly fast?: number
}

/** The place that a source reads from. Canary and stable do not exist before something is counted. */
export interface MetricWorld {
  /** So much more was counted, spread as the source has it; the first time, the series come into being. */
  counts(side: Side, counted: Counted): void
  /** Time goes on until all that was counted can be read, where a source reads closed periods only. */
  passes(): void
  /** The instances of a side start again. What they counted is not lost where the source keeps counts and not counters. */
  restarts(side: Side): void
  /** The series of a side are gone. */
  vanishes(side: Side): void
  /** Counted now, but visible only after the next `passes`: the failure before its request, where the source can show that. */
  countsLate(side: Side, counted: Counted): void
  /** For gauges: the value now. */
  shows(side: Side, value: number): void
  /** Until `heals`. */
  breaks(fault: Fault): void
  heals(): void
}

export interface SourceUnderTest {
  readonly source: MetricSource
  readonly world: MetricWorld
  close(): Promise<void>
}

const { signal } = new AbortController()

/** What every source of failed-of-total promises. */
export const ratioSourceContract = (name: string, make: () => Promise<SourceUnderTest>): void =>
  describe(`${name}, failed of total`, () => {
    const { under, totals, reads } = prepared(make)

    test('the first read is a mark: what was before is not of this release', async () => {
      under().world.counts('stable', { requests: 1000, failures: 7 })
      under().world.passes()
      expect(await under().source.read(signal)).toMatchObject({ canary: undefined, stable: undefined })
    })

    test('each read tells what was counted since the last, and nothing twice', async () => {
      const { world, source } = under()
      world.counts('stable', { requests: 100, failures: 1 })
      world.passes()
      await source.read(signal)
      world.counts('stable', { requests: 90, failures: 2 })
      world.counts('canary', { requests: 10, failures: 3 })
      world.passes()
      expect(await source.read(signal)).toMatchObject({
        stable: { requests: 90, failures: 2 },
        canary: { requests: 10, failures: 3 },
      })
      world.counts('stable', { requests: 5 })
      world.counts('canary', { requests: 7, failures: 1 })
      world.passes()
      await reads(3)
      expect(totals('stable')).toEqual({ requests: 5, failures: 0 })
      expect(totals('canary')).toEqual({ requests: 7, failures: 1 })
    })

    test('a side of which nothing is known is undefined, and requests without a failure have none', async () => {
      const { world, source } = under()
      world.counts('stable', { requests: 100 })
      world.passes()
      await source.read(signal)
      world.counts('stable', { requests: 50 })
      world.passes()
      expect(await source.read(signal)).toMatchObject({ canary: undefined, stable: { requests: 50, failures: 0 } })
    })

    test('a side whose series are gone is undefined, not without requests', async () => {
      const { world, source } = under()
      world.counts('stable', { requests: 100 })
      world.counts('canary', { requests: 10 })
      world.passes()
      await source.read(signal)
      world.vanishes('canary')
      world.counts('stable', { requests: 10 })
      world.passes()
      expect(await source.read(signal)).toMatchObject({ canary: undefined, stable: { requests: 10 } })
    })

    test('instances that start again make no requests up, and none negative', async () => {
      const { world, source } = under()
      world.counts('stable', { requests: 1000, failures: 100 })
      world.counts('canary', { requests: 50, failures: 5 })
      world.passes()
      await source.read(signal)
      world.restarts('stable')
      world.counts('stable', { requests: 20, failures: 2 })
      world.counts('canary', { requests: 5 })
      world.passes()
      expect(await source.read(signal)).toMatchObject({
        stable: { requests: 20, failures: 2 },
        canary: { requests: 5, failures: 0 },
      })
    })

    test('what shows late is counted once, when it shows, and failures never exceed their requests', async () => {
      const { world } = under()
      world.counts('stable', { requests: 100, failures: 1 })
      world.counts('canary', { requests: 10, failures: 1 })
      world.passes()
      await reads(1)
      world.counts('stable', { requests: 10 })
      world.countsLate('canary', { requests: 4, failures: 4 })
      await reads(1)
      world.passes()
      await reads(1)
      world.passes()
      for (const counts of await reads(1)) expect(counts.canary?.failures ?? 0).toBeLessThanOrEqual(counts.canary?.requests ?? 0)
      expect(totals('canary')).toEqual({ requests: 4, failures: 4 })
      expect(totals('stable')).toEqual({ requests: 10, failures: 0 })
    })

    test('the end of the interval never goes back, and every count is whole', async () => {
      const { world } = under()
      for (let round = 0; round < 4; round += 1) {
        world.counts('stable', { requests: 3, failures: 1 })
        world.passes()
        await reads(2)
      }
      const all = await reads(1)
      const ends = all.map(({ at }) => at)
      expect(ends).toEqual(ends.toSorted((a, b) => a - b))
      expect(totals('stable')).toEqual({ requests: 9, failures: 3 })
    })

    test('what stable did lately is told by a source that knows the past, and takes nothing from what is read', async () => {
      const { world, source } = under()
      if (source.recent === undefined) return
      expect(await source.recent(signal)).toBeUndefined()
      world.counts('stable', { requests: 100, failures: 1 })
      world.passes()
      await source.read(signal)
      world.counts('stable', { requests: 50, failures: 2 })
      world.counts('canary', { requests: 10, failures: 9 })
      world.passes()
      const recent = await source.recent(signal)
      // Of counters the first sight is a mark, and of counts it is not.
      expect([50, 150]).toContain(recent?.requests)
      expect(recent?.failures).toBe(recent?.requests === 50 ? 2 : 3)
      expect(recent?.ms).toBeGreaterThan(0)
      expect(await source.read(signal)).toMatchObject({ stable: { requests: 50, failures: 2 } })
    })

    brokenSourceContract(under)
  })

/** What every source of latency histograms promises. */
export const histogramSourceContract = (name: string, make: () => Promise<SourceUnderTest>): void =>
  describe(`${name}, histogram`, () => {
    const { under } = prepared(make)

    test('requests of each side by bucket, since the last read', async () => {
      const { world, source } = under()
      world.counts('stable', { requests: 100, fast: 100 })
      world.counts('canary', { requests: 1, fast: 1 })
      world.passes()
      await source.read(signal)
      world.counts('stable', { requests: 90, fast: 80 })
      world.counts('canary', { requests: 10, fast: 1 })
      world.passes()
      const { canary, stable, boundaries = [] } = await source.read(signal)
      const fast = boundaries.findLastIndex((boundary) => boundary < 1)
      const upTo = (latency: readonly number[] = []): number => latency.slice(0, fast + 1).reduce((sum, count) => sum + count, 0)
      expect(fast).toBeGreaterThanOrEqual(0)
      expect(stable?.latency).toHaveLength(boundaries.length + 1)
      expect(canary?.latency).toHaveLength(boundaries.length + 1)
      expect([stable?.requests, upTo(stable?.latency)]).toEqual([90, 80])
      expect([canary?.requests, upTo(canary?.latency)]).toEqual([10, 1])
    })

    test('a side without a histogram is undefined', async () => {
      const { world, source } = under()
      world.counts('stable', { requests: 100, fast: 100 })
      world.passes()
      await source.read(signal)
      world.counts('stable', { requests: 10, fast: 4 })
      world.passes()
      expect(await source.read(signal)).toMatchObject({ canary: undefined, stable: { requests: 10 } })
    })

    brokenSourceContract(under)
  })

/** What every source of gauges promises. */
export const gaugeSourceContract = (name: string, make: () => Promise<SourceUnderTest>): void =>
  describe(`${name}, gauge`, () => {
    const { under } = prepared(make)

    test('the present value of both sides, and no counts', async () => {
      const { world, source } = under()
      world.shows('stable', 100)
      world.shows('canary', 120.5)
      world.passes()
      await source.read(signal)
      world.passes()
      expect(await source.read(signal)).toMatchObject({ gauge: { stable: 100, canary: 120.5 }, canary: undefined, stable: undefined })
    })

    test('nothing to compare as long as one side has no value', async () => {
      const { world, source } = under()
      world.shows('stable', 100)
      world.passes()
      await source.read(signal)
      world.passes()
      expect((await source.read(signal)).gauge).toBeUndefined()
    })
  })

interface Prepared {
  readonly under: () => SourceUnderTest
  /** Reads so often, and returns all that was read in this test. */
  readonly reads: (times: number) => Promise<readonly Counts[]>
  /** What all of these reads told of a side. */
  readonly totals: (side: Side) => { requests: number; failures: number }
}

const prepared = (make: () => Promise<SourceUnderTest>): Prepared => {
  let made: SourceUnderTest
  let all: Counts[] = []
  beforeEach(async () => {
    all = []
    made = await make()
  })
  afterEach(() => made.close())
  return {
    under: () => made,
    reads: async (times) => {
      for (let time = 0; time < times; time += 1) all.push(await made.source.read(signal))
      return all
    },
    totals: (side) => {
      const sides = all.flatMap((counts) => counts[side] ?? [])
      for (const { requests, failures } of sides) expect([requests, failures].every(Number.isInteger)).toBe(true)
      return {
        requests: sides.reduce((sum, { requests }) => sum + requests, 0),
        failures: sides.reduce((sum, { failures }) => sum + failures, 0),
      }
    },
  }
}

const codes: Readonly<Record<Exclude<Fault, 'hanging'>, string>> = {
  unreachable: 'metrics-unavailable',
  busy: 'metrics-unavailable',
  unauthorised: 'metrics-unauthorised',
  'not-json': 'metrics-query-invalid',
  'wrong-shape': 'metrics-query-invalid',
}

const brokenSourceContract = (under: () => SourceUnderTest): void => {
  test.each(Object.entries(codes) as [Fault, string][])(
    'a source that is %s is told as %s, with a remedy, by check and by read',
    async (fault, code) => {
      const { world, source } = under()
      world.counts('stable', { requests: 10, fast: 10 })
      world.passes()
      await source.check(signal)
      world.breaks(fault)
      await expect(source.check(signal)).rejects.toMatchObject({ code, remedy: expect.stringMatching(/\w.*[.!`]$/s) })
      await expect(source.read(signal)).rejects.toMatchObject({ code })
    },
  )

  test('a query that selects nothing of stable is an error before anything is touched, and no canary is none', async () => {
    const { world, source } = under()
    world.passes()
    await expect(source.check(signal)).rejects.toMatchObject({ code: 'metrics-empty', remedy: expect.stringMatching(/\w/) })
    world.counts('stable', { requests: 10, fast: 10 })
    world.passes()
    await expect(source.check(signal)).resolves.toBeUndefined()
  })

  test('a check takes nothing from what is read', async () => {
    const { world, source } = under()
    world.counts('stable', { requests: 10, fast: 10 })
    world.passes()
    await source.read(signal)
    world.counts('stable', { requests: 4, fast: 4 })
    world.passes()
    await source.check(signal)
    expect(await source.read(signal)).toMatchObject({ stable: { requests: 4 } })
  })

  test('a read that fails takes nothing from the next one', async () => {
    const { world, source } = under()
    world.counts('stable', { requests: 10, fast: 10 })
    world.passes()
    await source.read(signal)
    world.counts('stable', { requests: 4, fast: 4 })
    world.passes()
    world.breaks('busy')
    await expect(source.read(signal)).rejects.toMatchObject({ code: 'metrics-unavailable' })
    world.heals()
    world.counts('stable', { requests: 3, fast: 3 })
    world.passes()
    expect(await source.read(signal)).toMatchObject({ stable: { requests: 7 } })
  })

  test('an aborted read ends at once with the reason, and takes nothing away', async () => {
    const { world, source } = under()
    world.counts('stable', { requests: 10, fast: 10 })
    world.passes()
    await source.read(signal)
    world.counts('stable', { requests: 4, fast: 4 })
    world.passes()
    world.breaks('hanging')
    const cancelled = new AbortController()
    const reason = new Error('the job was cancelled')
    const reading = source.read(cancelled.signal)
    setImmediate(() => cancelled.abort(reason))
    await expect(reading).rejects.toBe(reason)
    await expect(source.check(AbortSignal.abort(reason))).rejects.toBe(reason)
    world.heals()
    expect(await source.read(signal)).toMatchObject({ stable: { requests: 4 } })
  })
}
