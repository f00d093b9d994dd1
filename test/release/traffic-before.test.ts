import type { CountSource, Counts, RecentCounts } from '@deploy-kit/rollout'
import { beforeEach, describe, expect, test } from '@jest/globals'
import { observeTraffic } from '../../packages/release/src/deploy/outlook.ts'
import { ManualClock } from '../fakes/manual-clock.ts'

const { signal } = new AbortController()
let clock: ManualClock
let reads: number[]
beforeEach(() => {
  clock = new ManualClock()
  reads = []
})

/** Counters of two instances: fifty requests a second to each, and two and a half failures of the first. */
const counters = (recent?: () => Promise<RecentCounts>): CountSource => ({
  check: async () => undefined,
  read: async (): Promise<Counts> => {
    const seconds = (clock.now() - (reads.at(-1) ?? clock.now())) / 1_000
    reads.push(clock.now())
    // The first read is a mark.
    if (reads.length === 1) return { at: clock.now(), canary: undefined, stable: undefined }
    const halves = [
      { requests: 50 * seconds, failures: 2.5 * seconds },
      { requests: 50 * seconds, failures: 0 },
    ] as const
    return { at: clock.now(), canary: undefined, stable: { requests: 100 * seconds, failures: 2.5 * seconds }, halves }
  },
  ...(recent && { recent }),
})

describe('what stable does before a release', () => {
  test('is read five times within two seconds from counters that remember nothing, with the halves of each reading', async () => {
    const recent = await observeTraffic(counters(), clock, 5_000, signal)
    expect(reads.map((at) => at - (reads[0] ?? 0))).toEqual([0, 400, 800, 1_200, 1_600, 2_000])
    expect(recent).toMatchObject({ requests: 200, failures: 5, ms: 2_000 })
    expect(recent?.halves).toEqual(
      Array.from({ length: 5 }, () => [
        { requests: 20, failures: 1 },
        { requests: 20, failures: 0 },
      ]),
    )
  })

  test('takes no longer than two looks where looks are short', async () => {
    await observeTraffic(counters(), clock, 500, signal)
    expect((reads.at(-1) ?? 0) - (reads[0] ?? 0)).toBe(1_000)
  })

  test('is asked of a source that remembers, and nothing is waited for', async () => {
    const half = { requests: 9_000, failures: 3, ms: 1_800_000 }
    expect(
      await observeTraffic(
        counters(async () => half),
        clock,
        5_000,
        signal,
      ),
    ).toEqual(half)
    expect(reads).toEqual([])
  })

  test('is read where the source remembers nothing of it, or cannot say', async () => {
    const silent = counters(async () => ({ requests: 0, failures: 0, ms: 0 }))
    expect(await observeTraffic(silent, clock, 1_000, signal)).toMatchObject({ requests: 200 })
    reads = []
    const broken = counters(() => Promise.reject(new Error('the range is too long')))
    expect(await observeTraffic(broken, clock, 1_000, signal)).toMatchObject({ requests: 200 })
  })

  test('is nothing where nobody asks', async () => {
    const nobody: CountSource = {
      check: async () => undefined,
      read: async () => ({ at: clock.now(), canary: undefined, stable: { requests: 0, failures: 0 } }),
    }
    expect(await observeTraffic(nobody, clock, 1_000, signal)).toBeUndefined()
  })
})
