import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { Edge } from '@deploy-kit/platforms/local-edge'
import type { Counts, CountSource, Platform, Release } from '@deploy-kit/rollout'
import { edgeIn, openPlatform, serving, signal, takeLease, Workplace } from './under-test.ts'

const countsOf = (from: Platform): CountSource => {
  if (from.counts === undefined) throw new Error('the local platform has counts')
  return from.counts
}

const requests = ({ stable, canary }: Counts): unknown => ({
  stable: stable && [stable.requests, stable.failures],
  canary: canary && [canary.requests, canary.failures],
})

describe('the counts of the local platform', () => {
  let workplace: Workplace
  let edge: Edge
  let platform: Platform
  let one: Release
  let two: Release
  beforeEach(async () => {
    workplace = await Workplace.open()
    edge = await edgeIn(workplace)
    platform = await openPlatform(edge.adminUrl)
    await takeLease(platform)
    one = await workplace.release('one')
    two = await workplace.release('two')
    await serving(platform, one)
  })
  afterEach(async () => {
    await edge.close()
    await workplace[Symbol.asyncDispose]()
  })

  const get = async (path: string, times: number): Promise<void> => {
    for (let turn = 0; turn < times; turn += 1) await (await fetch(`${edge.url}${path}`)).text()
  }
  test('what came between two reads is counted per side, with its latency', async () => {
    const counts = countsOf(platform)
    await platform.target.prepare(two, signal)
    await counts.check(signal)
    await platform.target.shift(50, signal)
    await get('/', 16)
    await get('/error', 4)
    const read = await counts.read(signal)
    expect(requests(read)).toEqual({ stable: [10, expect.any(Number)], canary: [10, expect.any(Number)] })
    expect((read.stable?.failures ?? 0) + (read.canary?.failures ?? 0)).toBe(4)
    expect(read.boundaries).toEqual([0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10])
    expect(read.canary?.latency).toHaveLength(12)
    expect(read.canary?.latency?.reduce((sum, count) => sum + count, 0)).toBe(10)
    expect(requests(await counts.read(signal))).toEqual({ stable: [0, 0], canary: [0, 0] })
  })

  test('replicas of stable are dealt into two halves, which are counted with it', async () => {
    const twice = await openPlatform(edge.adminUrl, { options: { replicas: 2 } })
    const counts = countsOf(twice)
    await twice.target.prepare(two, signal)
    await twice.target.promote(signal)
    await counts.check(signal)
    await get('/', 6)
    await get('/error', 2)
    expect(await counts.read(signal)).toMatchObject({
      stable: { requests: 8, failures: 2 },
      halves: [
        { requests: 4, failures: 1 },
        { requests: 4, failures: 1 },
      ],
    })
    await get('/', 2)
    expect(await counts.read(signal)).toMatchObject({
      halves: [
        { requests: 1, failures: 0 },
        { requests: 1, failures: 0 },
      ],
    })
  })

  test('what stable answered lately is remembered by the edge, whoever asks, and takes nothing from what is read', async () => {
    const counts = countsOf(platform)
    expect(await counts.recent?.(signal)).toBeUndefined()
    await counts.check(signal)
    await get('/', 7)
    await get('/error', 3)
    await (await fetch(`${edge.url}/error`, { headers: { 'x-deploy-kit-side': 'stable' } })).text()
    const recent = await countsOf(await openPlatform(edge.adminUrl)).recent?.(signal)
    expect(recent).toEqual({ requests: 10, failures: 3, ms: expect.any(Number) })
    expect(recent?.ms).toBeGreaterThan(0)
    expect(requests(await counts.read(signal))).toMatchObject({ stable: [10, 3] })
  })

  test('one replica alone cannot be compared with itself', async () => {
    const counts = countsOf(platform)
    await counts.check(signal)
    await get('/', 4)
    expect(await counts.read(signal)).not.toHaveProperty('halves')
  })

  test('the first read of a source that was not checked has nothing to compare with', async () => {
    await get('/', 3)
    expect(requests(await countsOf(platform).read(signal))).toEqual({ stable: undefined, canary: undefined })
  })

  test('a side where nothing runs has no data, which is not the same as no requests', async () => {
    const counts = countsOf(platform)
    await counts.check(signal)
    expect(requests(await counts.read(signal))).toEqual({ stable: [0, 0], canary: undefined })
  })

  test('a version that came after the first look is counted from its first request', async () => {
    const counts = countsOf(platform)
    await counts.check(signal)
    await platform.target.prepare(two, signal)
    await platform.target.shift(100, signal)
    await get('/error', 3)
    expect(requests(await counts.read(signal))).toEqual({ stable: [0, 0], canary: [3, 3] })
  })

  test('a promotion changes the side and not the counts', async () => {
    const counts = countsOf(platform)
    await platform.target.prepare(two, signal)
    await platform.target.shift(100, signal)
    await counts.check(signal)
    await get('/', 2)
    await platform.target.promote(signal)
    await get('/', 3)
    expect(requests(await counts.read(signal))).toEqual({ stable: [5, 0], canary: undefined })
  })

  test('pinned requests are nobody’s share', async () => {
    const counts = countsOf(platform)
    await counts.check(signal)
    await (await fetch(`${edge.url}/error`, { headers: { 'x-deploy-kit-side': 'stable' } })).text()
    expect(requests(await counts.read(signal))).toEqual({ stable: [0, 0], canary: undefined })
  })

  test('an edge that was started again counts from zero, and no request comes twice', async () => {
    const counts = countsOf(platform)
    await counts.check(signal)
    await get('/', 7)
    expect(requests(await counts.read(signal))).toMatchObject({ stable: [7, 0] })
    await edge.close()
    edge = await edgeIn(workplace)
    await get('/', 9)
    expect(requests(await counts.read(signal))).toMatchObject({ stable: [9, 0] })
  })

  test('a version whose process is gone answers 502, and they are its failures', async () => {
    const counts = countsOf(platform)
    await counts.check(signal)
    await get('/crash', 1)
    while ((await platform.target.describe(signal)).stable?.ready === 1) await get('/', 1)
    await get('/', 1)
    const { stable } = await counts.read(signal)
    expect(stable?.failures).toBeGreaterThan(0)
  })

  test('an edge that does not answer is an error and no verdict', async () => {
    const counts = countsOf(platform)
    await counts.check(signal)
    await edge.close()
    await expect(counts.read(signal)).rejects.toMatchObject({ code: 'metrics-unavailable' })
  })
})
