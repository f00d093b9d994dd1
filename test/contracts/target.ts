import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { Endpoint, Percent, Release, Side, Target } from '@deploy-kit/rollout'

export interface TargetUnderTest {
  /** Opened by the holder of the lease. */
  readonly target: Target
  /** The same workload, opened by somebody who does not hold the lease. */
  readonly stranger: Target
  /** A release that works; the same name gives the same one. */
  release(name: string): Promise<Release>
  /** A release that ends at its start, having said why. */
  brokenRelease(): Promise<{ readonly release: Release; readonly says: string }>
  /** Sets the weight past deploy-kit. */
  interfere(weight: Percent): Promise<void>
  /** Digest of the version that answers a request to a side. */
  answeredBy(endpoint: Endpoint): Promise<string | undefined>
  close(): Promise<void>
}

const signal = new AbortController().signal

/** What every platform promises about its target. */
export const targetContract = (name: string, make: () => Promise<TargetUnderTest>): void =>
  describe(`target of ${name}`, () => {
    let under: TargetUnderTest
    let target: Target
    let one: Release
    let two: Release
    beforeEach(async () => {
      under = await make()
      target = under.target
      one = await under.release('one')
      two = await under.release('two')
    })
    afterEach(() => under.close())

    const serving = async (release: Release): Promise<void> => {
      await target.prepare(release, signal)
      await target.promote(signal)
    }
    const digests = async (): Promise<Record<Side | 'weight', string | Percent | undefined>> => {
      const { stable, canary, weight } = await target.describe(signal)
      return { stable: stable?.runningDigest, canary: canary?.runningDigest, weight }
    }

    test('before the first release nothing runs', async () => {
      expect(await target.describe(signal)).toEqual({ stable: undefined, canary: undefined, weight: 0 })
      expect(await target.endpoint('stable', signal)).toBeUndefined()
      await target.discard(signal)
    })

    test('the first release is prepared without traffic and promoted', async () => {
      await target.prepare(one, signal)
      const prepared = await target.describe(signal)
      expect(prepared).toMatchObject({
        stable: undefined,
        weight: 0,
        canary: { runningDigest: one.digest, release: { digest: one.digest } },
      })
      expect(prepared.canary?.ready).toBe(prepared.canary?.replicas)
      await target.promote(signal)
      expect(await digests()).toEqual({ stable: one.digest, canary: undefined, weight: 0 })
    })

    test('what is described can be released again: the release comes back whole', async () => {
      await serving(one)
      const { stable } = await target.describe(signal)
      expect(stable?.release).toMatchObject({ digest: one.digest, configuration: one.configuration, environment: one.environment })
    })

    test('each side is reached before it has traffic', async () => {
      await serving(one)
      await target.prepare(two, signal)
      for (const [side, release] of [['stable', one] as const, ['canary', two] as const]) {
        const endpoint = await target.endpoint(side, signal)
        if (endpoint === undefined) throw new Error(`no endpoint of ${side}`)
        expect(await under.answeredBy(endpoint)).toBe(release.digest)
      }
    })

    test('a weight is in place when it is reported, and everything done twice is done once', async () => {
      await serving(one)
      for (const _ of [1, 2]) await target.prepare(two, signal)
      for (const weight of [25, 25, 100, 100]) {
        await target.shift(weight, signal)
        expect(await digests()).toEqual({ stable: one.digest, canary: two.digest, weight })
      }
      for (const _ of [1, 2]) {
        await target.promote(signal)
        expect(await digests()).toEqual({ stable: two.digest, canary: undefined, weight: 0 })
      }
    })

    test('an abort takes the traffic home and removes the canary, twice as well as once', async () => {
      await serving(one)
      await target.prepare(two, signal)
      await target.shift(50, signal)
      for (const _ of [1, 2]) await target.shift(0, signal)
      for (const _ of [1, 2]) await target.discard(signal)
      expect(await digests()).toEqual({ stable: one.digest, canary: undefined, weight: 0 })
    })

    test('a canary with traffic is neither removed nor replaced', async () => {
      await serving(one)
      await target.prepare(two, signal)
      await target.shift(5, signal)
      await expect(target.discard(signal)).rejects.toMatchObject({ code: 'canary-has-traffic' })
      await expect(target.prepare(await under.release('three'), signal)).rejects.toMatchObject({ code: 'canary-has-traffic' })
      expect(await digests()).toEqual({ stable: one.digest, canary: two.digest, weight: 5 })
    })

    test('a canary without traffic gives way to the next one', async () => {
      const three = await under.release('three')
      await serving(one)
      await target.prepare(two, signal)
      await target.prepare(three, signal)
      expect(await digests()).toEqual({ stable: one.digest, canary: three.digest, weight: 0 })
    })

    test('going back to the replaced release is a release like any other', async () => {
      await serving(one)
      await serving(two)
      await target.prepare(one, signal)
      await target.shift(100, signal)
      await target.promote(signal)
      expect(await digests()).toEqual({ stable: one.digest, canary: undefined, weight: 0 })
    })

    test('a release that crashes at its start is refused with its last words, and stable does not notice', async () => {
      const { release, says } = await under.brokenRelease()
      await serving(one)
      await expect(target.prepare(release, signal)).rejects.toMatchObject({
        code: 'canary-not-ready',
        message: expect.stringContaining(says),
      })
      await target.discard(signal)
      expect(await digests()).toEqual({ stable: one.digest, canary: undefined, weight: 0 })
    })

    test('without a canary there is nothing to give traffic to', async () => {
      await serving(one)
      await expect(target.shift(5, signal)).rejects.toMatchObject({ code: 'canary-not-ready' })
    })

    test('a weight that somebody else has set is not overwritten, but the way home is always open', async () => {
      await serving(one)
      await target.prepare(two, signal)
      await target.shift(5, signal)
      await under.interfere(40)
      await expect(target.shift(25, signal)).rejects.toMatchObject({ code: 'foreign-writer' })
      expect(await digests()).toMatchObject({ weight: 40 })
      await target.shift(0, signal)
      expect(await digests()).toMatchObject({ weight: 0 })
    })

    test('without the lease everything can be seen and nothing changed', async () => {
      await serving(one)
      await target.prepare(two, signal)
      const { stranger } = under
      expect(await stranger.describe(signal)).toMatchObject({ stable: { runningDigest: one.digest } })
      for (const change of [
        () => stranger.prepare(two, signal),
        () => stranger.shift(5, signal),
        () => stranger.shift(0, signal),
        () => stranger.promote(signal),
        () => stranger.discard(signal),
      ])
        await expect(change()).rejects.toMatchObject({ code: 'lease-required' })
      expect(await digests()).toEqual({ stable: one.digest, canary: two.digest, weight: 0 })
    })

    test('an abort that came before keeps a change from being made', async () => {
      await serving(one)
      await target.prepare(two, signal)
      const aborted = AbortSignal.abort(new Error('cancelled'))
      await expect(target.shift(5, aborted)).rejects.toThrow('cancelled')
      await expect(target.promote(aborted)).rejects.toThrow('cancelled')
      expect(await digests()).toEqual({ stable: one.digest, canary: two.digest, weight: 0 })
    })
  })
