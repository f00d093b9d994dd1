import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { silentLogger } from '@deploy-kit/core'
import type { Edge } from '@deploy-kit/platforms/local-edge'
import type { Intent, Platform, Release } from '@deploy-kit/rollout'
import { SteppedClock } from '../../fakes/stepped-clock.ts'
import { edgeIn, eventually, openPlatform, serving, signal, takeLease, Workplace } from './under-test.ts'

describe('when the holder of the lease is not heard of any more', () => {
  let workplace: Workplace
  let edge: Edge
  let platform: Platform
  let one: Release
  let two: Release
  const warnings: string[] = []
  beforeEach(async () => {
    warnings.length = 0
    workplace = await Workplace.open()
    edge = await edgeIn(workplace, { log: { ...silentLogger, warning: (text) => void warnings.push(text) } })
    platform = await openPlatform(edge.adminUrl)
    await takeLease(platform)
    one = await workplace.release('one')
    two = await workplace.release('two')
    await serving(platform, one)
    await platform.target.prepare(two, signal)
    await platform.target.shift(25, signal)
  })
  afterEach(async () => {
    await edge.close()
    await workplace[Symbol.asyncDispose]()
  })

  const expires = async (intent: Partial<Intent>): Promise<void> => {
    const ttlMs = 30
    await takeLease(platform, { ttlMs, intent })
    await eventually(async () => ((await platform.documents.read('lease', signal))?.ageMs ?? 0) > ttlMs + 20)
  }
  const weight = async (): Promise<number> => (await platform.target.describe(signal)).weight

  test('the traffic goes home by itself, and the expired lease stays for whoever reconciles', async () => {
    await expires({ safe: 'stable', to: two.digest })
    expect(await weight()).toBe(0)
    expect(await platform.documents.read('lease', signal)).toMatchObject({ value: { intent: { to: two.digest } } })
    expect(warnings).toEqual(['the holder of the lease, acme/shop/1, has not been heard of: weight 25 % -> 0 %'])
  })

  test('a holder that comes back late finds its lease expired', async () => {
    await expires({ safe: 'stable', to: two.digest })
    await expect(platform.target.shift(50, signal)).rejects.toMatchObject({
      code: 'lease-required',
      message: expect.stringContaining('expired'),
    })
    expect(await weight()).toBe(0)
  })

  test('once a promotion has begun the canary is the safe side', async () => {
    await expires({ safe: 'canary', from: one.digest, to: two.digest })
    expect(await weight()).toBe(100)
  })

  test('a promotion that is done is left as it is', async () => {
    await platform.target.promote(signal)
    await expires({ safe: 'canary', from: one.digest, to: two.digest })
    expect(await platform.target.describe(signal)).toMatchObject({
      stable: { release: { digest: two.digest } },
      canary: undefined,
      weight: 0,
    })
    expect(warnings).toEqual([])
  })

  test('a canary that is not the one of the lease gets no traffic', async () => {
    await expires({ safe: 'canary', from: 'sha256:other', to: 'sha256:another' })
    expect(await weight()).toBe(25)
  })
})

test('each sign of life puts the switch off, by the clock of the edge, and it acts once', async () => {
  await using workplace = await Workplace.open()
  const clock = new SteppedClock()
  const said: string[] = []
  await using edge = await steppedEdge(workplace, clock, said)
  const platform = await openPlatform(edge.adminUrl)
  const [one, two] = [await workplace.release('one'), await workplace.release('two')]
  await takeLease(platform)
  await edge.whileTimePasses(async () => {
    await serving(platform, one)
    await platform.target.prepare(two, signal)
  })
  await takeLease(platform, { ttlMs: 60_000 })
  await platform.target.shift(25, signal)
  const weight = async (): Promise<number> => (await platform.target.describe(signal)).weight

  await clock.advance(50_000)
  expect(await platform.documents.read('lease', signal)).toMatchObject({ ageMs: 50_000 })
  await takeLease(platform, { ttlMs: 60_000 })
  await clock.advance(50_000)
  expect(await weight()).toBe(25)
  await clock.advance(10_001)
  expect(await weight()).toBe(0)
  expect(said).toHaveLength(1)

  // Whoever takes over is master again, and is watched in turn.
  await takeLease(platform, { ttlMs: 60_000, run: { id: 'acme/shop/1', attempt: 1 } })
  await platform.target.shift(50, signal)
  await clock.advance(60_001)
  expect(await weight()).toBe(0)
  expect(said).toHaveLength(2)
})

interface SteppedEdge extends AsyncDisposable {
  readonly adminUrl: string
  whileTimePasses<T>(work: () => Promise<T>): Promise<T>
}

/** An edge whose time stands still, except while it waits for its processes. */
const steppedEdge = async (workplace: Workplace, clock: SteppedClock, said: string[]): Promise<SteppedEdge> => {
  const edge = await edgeIn(workplace, { clock, log: { ...silentLogger, warning: (text) => void said.push(text) } })
  const whileTimePasses = async <T>(work: () => Promise<T>): Promise<T> => {
    const passing = setInterval(() => void clock.advance(5), 5)
    try {
      return await work()
    } finally {
      clearInterval(passing)
    }
  }
  return { adminUrl: edge.adminUrl, whileTimePasses, [Symbol.asyncDispose]: () => whileTimePasses(() => edge.close()) }
}
