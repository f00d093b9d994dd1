import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { Edge } from '@deploy-kit/platforms/local-edge'
import type { Platform } from '@deploy-kit/rollout'
import { edgeIn, eventually, openPlatform, serving, signal, takeLease, Workplace } from './under-test.ts'

const isGone = (pid: number): boolean => {
  try {
    return !process.kill(pid, 0)
  } catch {
    return true
  }
}

describe('the versions of an app are looked after', () => {
  let workplace: Workplace
  let edge: Edge
  let platform: Platform
  beforeEach(async () => {
    workplace = await Workplace.open()
    edge = await edgeIn(workplace, { graceMs: 200 })
    platform = await openPlatform(edge.adminUrl)
    await takeLease(platform)
  })
  afterEach(async () => {
    await edge.close()
    await workplace[Symbol.asyncDispose]()
  })

  const pid = async (side = 'stable'): Promise<number | undefined> => {
    const response = await fetch(`${edge.url}/environment`, { headers: { 'x-deploy-kit-side': side } })
    const text = await response.text()
    return response.status === 200 ? (JSON.parse(text) as { pid: number }).pid : undefined
  }
  test('a process that crashes while it serves is started again', async () => {
    await serving(platform, await workplace.release('one'))
    const before = await pid()
    await (await fetch(`${edge.url}/crash`)).text()
    const after = await eventually(async () => {
      const now = await pid()
      return now !== before && now
    })
    expect(after).toEqual(expect.any(Number))
    expect(await platform.target.describe(signal)).toMatchObject({ stable: { ready: 1, replicas: 1 } })
  })

  test('a version that never becomes ready is given up after its time, with what it answered', async () => {
    const hasty = await openPlatform(edge.adminUrl, { options: { 'ready-within': '200ms' } })
    const release = await workplace.release('one', { FAULT: 'never-ready' })
    await expect(hasty.target.prepare(release, signal)).rejects.toMatchObject({
      code: 'canary-not-ready',
      message: expect.stringMatching(/GET \/ was not answered with 2xx within 200 ms; (?:the last answer was 503|nothing answers there)\./),
    })
  })

  test('an abort ends the waiting for a version', async () => {
    const release = await workplace.release('one', { FAULT: 'never-ready' })
    const abort = new AbortController()
    const prepared = platform.target.prepare(release, abort.signal)
    await eventually(async () => (await platform.target.describe(signal)).canary !== undefined)
    abort.abort(new Error('cancelled'))
    await expect(prepared).rejects.toThrow('cancelled')
    await platform.target.discard(signal)
    expect((await platform.target.describe(signal)).canary).toBeUndefined()
  })

  test('what was prepared in vain can be prepared again', async () => {
    const astray = await openPlatform(edge.adminUrl, { options: { readiness: '/no-such-page', 'ready-within': '200ms' } })
    const release = await workplace.release('one')
    await expect(astray.target.prepare(release, signal)).rejects.toMatchObject({ code: 'canary-not-ready' })
    await platform.target.prepare(release, signal)
    expect(await platform.target.describe(signal)).toMatchObject({ canary: { ready: 1 } })
  })

  test('replicas share the requests', async () => {
    const wide = await openPlatform(edge.adminUrl, { options: { replicas: 3 } })
    await serving(wide, await workplace.release('one'))
    expect(await platform.target.describe(signal)).toMatchObject({ stable: { ready: 3, replicas: 3 } })
    const pids = new Set([await pid(), await pid(), await pid()])
    expect(pids.size).toBe(3)
  })

  test('going back within the time that the old version is kept uses the process that is still warm', async () => {
    const one = await workplace.release('one')
    await serving(platform, one)
    const before = await pid()
    await serving(platform, await workplace.release('two'))
    await serving(platform, one)
    expect(await pid()).toBe(before)
  })

  test('the replaced version ends when its time is over, by force when it does not listen', async () => {
    const brief = await openPlatform(edge.adminUrl, { options: { 'keep-old-for': '0s' } })
    await serving(brief, await workplace.release('one', { FAULT: 'ignores-sigterm' }))
    const old = (await pid()) ?? 0
    await serving(brief, await workplace.release('two'))
    expect(await eventually(async () => isGone(old))).toBe(true)
  })

  test('what a version prints can be read', async () => {
    const one = await workplace.release('one')
    await serving(platform, one)
    const response = await fetch(`${edge.adminUrl}/v1/apps/shop.local/versions/${one.digest}/logs?lines=1`)
    expect(await response.text()).toBe('version one listens\n')
  })

  test('the same image with another configuration is another version', async () => {
    const one = await workplace.release('one')
    await serving(platform, one)
    await platform.target.prepare({ ...one, configuration: 'c2', environment: { GREETING: 'new' } }, signal)
    const { stable, canary } = await platform.target.describe(signal)
    expect([stable?.release.configuration, canary?.release.configuration]).toEqual(['c1', 'c2'])
  })

  test('a release that is stable already is not prepared beside itself', async () => {
    const one = await workplace.release('one')
    await serving(platform, one)
    await expect(platform.target.prepare(one, signal)).rejects.toMatchObject({ code: 'nothing-to-release' })
  })
})
