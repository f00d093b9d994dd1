import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { Percent } from '@deploy-kit/rollout'
import type { KubeClient } from '../../packages/platforms/src/kubernetes/api/index.ts'
import type { Router } from '../../packages/platforms/src/kubernetes/routers/router.ts'

export interface RouterUnderTest {
  /** The cluster, past deploy-kit. */
  readonly client: KubeClient
  /** A router as a run opens it: another one each time, which knows nothing of the ones before. */
  open(client: KubeClient): Promise<Router>
  /** What the router may change, as its owners wrote it: without what the server notes. */
  objects(): Promise<unknown>
  /** Sets the weight past deploy-kit. */
  interfere(percent: Percent): Promise<void>
  /** Changes something of the router's object that is not about the two sides. */
  touch(text: string): Promise<void>
  /** Rearranges the router's object so that nothing stands where it stood; absent where nothing can be rearranged. */
  readonly rearrange?: () => Promise<void>
  /** Whether the canary is ready for a weight, which the target sees to before it sets one. */
  readonly ready?: (router: Router, percent: Percent) => Promise<void>
  close(): Promise<void>
}

const signal = new AbortController().signal

/** A client that counts what it changes, and lets something happen before its next change. */
const observed = (client: KubeClient): { readonly client: KubeClient; readonly writes: string[]; before: () => Promise<void> } => {
  const seen = { writes: [] as string[], before: () => Promise.resolve() }
  const noting =
    <A extends readonly unknown[], R>(method: string, work: (path: string, ...rest: A) => Promise<R>) =>
    async (path: string, ...rest: A): Promise<R> => {
      const { before } = seen
      seen.before = () => Promise.resolve()
      await before()
      seen.writes.push(`${method} ${path}`)
      return work(path, ...rest)
    }
  const changed = {
    ...client,
    create: noting('create', client.create.bind(client)),
    replace: noting('replace', client.replace.bind(client)),
    patch: noting('patch', client.patch.bind(client)),
    apply: noting('apply', client.apply.bind(client)),
    remove: noting('remove', client.remove.bind(client)),
  } as KubeClient
  return Object.assign(seen, { client: changed })
}

/** What every router promises. Its routes were written by people who had never heard of deploy-kit. */
export const trafficRouterContract = (name: string, make: () => Promise<RouterUnderTest>): void =>
  describe(`the router ${name}`, () => {
    let under: RouterUnderTest
    let seen: ReturnType<typeof observed>
    let router: Router
    beforeEach(async () => {
      under = await make()
      seen = observed(under.client)
      router = await under.open(seen.client)
    })
    afterEach(() => under.close())

    const rises = async (to: Percent, expected: Percent): Promise<void> => {
      await under.ready?.(router, to)
      await router.setWeight(to, expected, signal)
    }
    const another = async (): Promise<Router> => under.open(under.client)

    test('the canary has no traffic before it is in the route, and none when it is', async () => {
      expect(await router.weight(signal)).toBe(0)
      await router.attach(signal)
      expect(await router.weight(signal)).toBe(0)
      expect(await (await another()).weight(signal)).toBe(0)
    })

    test('weights are set, and are read back by whoever comes next', async () => {
      await router.attach(signal)
      await rises(25, 0)
      expect(await router.weight(signal)).toBe(25)
      expect(await (await another()).weight(signal)).toBe(25)
      await rises(50, 25)
      await rises(100, 50)
      expect(await (await another()).weight(signal)).toBe(100)
    })

    test('done twice is done once', async () => {
      await router.attach(signal)
      await rises(25, 0)
      seen.writes.length = 0
      await router.attach(signal)
      await rises(25, 25)
      await (await another()).attach(signal)
      expect(seen.writes).toEqual([])
      expect(await router.weight(signal)).toBe(25)
    })

    test.each([25, 100])('from %d %% the way to 0 is one request', async (weight) => {
      await router.attach(signal)
      await rises(weight, 0)
      seen.writes.length = 0
      await router.setWeight(0, undefined, signal)
      expect(seen.writes).toHaveLength(1)
      expect(await (await another()).weight(signal)).toBe(0)
    })

    test('a run that knows nothing yet finds the way to 0 too', async () => {
      await router.attach(signal)
      await rises(25, 0)
      await (await another()).setWeight(0, undefined, signal)
      expect(await router.weight(signal)).toBe(0)
    })

    test('afterwards everything is as it was before', async () => {
      const before = await under.objects()
      await router.attach(signal)
      await rises(25, 0)
      await rises(50, 25)
      await router.setWeight(0, undefined, signal)
      await router.detach(signal)
      expect(await under.objects()).toEqual(before)
      await router.detach(signal)
      expect(await under.objects()).toEqual(before)
    })

    test('a canary that never had traffic leaves everything as it was, whoever takes it away', async () => {
      const before = await under.objects()
      await router.attach(signal)
      await (await another()).detach(signal)
      expect(await under.objects()).toEqual(before)
    })

    test('a weight that somebody else has set is not written over, but 0 always is', async () => {
      await router.attach(signal)
      await rises(25, 0)
      await under.ready?.(router, 50)
      await under.interfere(40)
      const found = await under.objects()
      await expect(router.setWeight(50, 25, signal)).rejects.toMatchObject({
        code: 'foreign-writer',
        message: expect.stringMatching(/40 %.*25 %/s),
      })
      expect(await under.objects()).toEqual(found)
      await router.setWeight(0, undefined, signal)
      expect(await router.weight(signal)).toBe(0)
    })

    test('somebody who writes at the same time loses nothing', async () => {
      await router.attach(signal)
      await under.ready?.(router, 25)
      seen.before = () => under.touch('in between')
      await router.setWeight(25, 0, signal)
      expect(await router.weight(signal)).toBe(25)
      expect(JSON.stringify(await under.objects())).toContain('in between')
    })

    test('the way to 0 is found in a route that somebody has rearranged', async () => {
      await router.attach(signal)
      await rises(25, 0)
      await under.rearrange?.()
      await router.setWeight(0, undefined, signal)
      expect(await (await another()).weight(signal)).toBe(0)
    })
  })
