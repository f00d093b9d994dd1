import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { Edge } from '@deploy-kit/platforms/local-edge'
import { edgeIn, eventually, openPlatform, serving, signal, takeLease, Workplace } from './under-test.ts'

let workplace: Workplace
let edge: Edge
beforeEach(async () => {
  workplace = await Workplace.open()
  edge = await edgeIn(workplace)
})
afterEach(async () => {
  await edge.close()
  await workplace[Symbol.asyncDispose]()
})

test('an edge that is started again serves at once, beside a canary without traffic that is not ready yet', async () => {
  const platform = await openPlatform(edge.adminUrl)
  await takeLease(platform)
  await serving(platform, await workplace.release('one'))
  const two = await workplace.release('two', { FAULT: 'never-ready' })
  const cancelled = new AbortController()
  const preparing = platform.target.prepare(two, cancelled.signal).catch((error: unknown) => error)
  await eventually(async () => (await platform.target.describe(signal)).canary !== undefined)
  cancelled.abort()
  await preparing

  await edge.close()
  edge = await edgeIn(workplace)
  expect(await (await fetch(edge.url)).text()).toBe('one')
  const again = await openPlatform(edge.adminUrl)
  expect(await again.target.describe(signal)).toMatchObject({ stable: { ready: 1 }, canary: { release: { digest: two.digest }, ready: 0 } })
})
