import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { pathOf, kinds, type KubeObject } from '../../../packages/platforms/src/kubernetes/api/index.ts'
import type { Change } from '../../../packages/platforms/src/kubernetes/api/kube-client.ts'
import { FakeKubeApi } from '../../fakes/kube-api.ts'
import { ManualClock } from '../../fakes/manual-clock.ts'

const pods = pathOf(kinds.pod, 'shop')
const pod = (name: string, phase = 'Pending'): KubeObject => ({ metadata: { name }, status: { phase } }) as KubeObject

let api: FakeKubeApi
let stop: AbortController
let changes: AsyncIterator<Change<KubeObject>>
beforeEach(async () => {
  api = await FakeKubeApi.start(new ManualClock())
  stop = new AbortController()
  changes = api.client.watch<KubeObject>(pods, { signal: stop.signal })[Symbol.asyncIterator]()
})
afterEach(async () => {
  stop.abort()
  await api.close()
})

const worded = (object: KubeObject): string =>
  `${object.metadata?.name ?? ''} ${(object as { status?: { phase?: string } }).status?.phase ?? ''}`

/** The next change in words: `ADDED one Running`, or what was there. */
const next = async (): Promise<string> => {
  const { value } = (await changes.next()) as { value: Change<KubeObject> }
  return value.type === 'known' ? `known: ${value.objects.map(worded).join(', ')}` : `${value.type} ${worded(value.object)}`
}

test('what is there comes first, and then each change once', async () => {
  api.put(pods, pod('one'))
  expect(await next()).toBe('known: one Pending')
  api.put(pods, pod('two'))
  expect(await next()).toBe('ADDED two Pending')
  api.put(pods, pod('one', 'Running'))
  expect(await next()).toBe('MODIFIED one Running')
  api.delete(pods, 'one')
  expect(await next()).toBe('DELETED one Running')
  expect(api.requests).toEqual([`list ${pods}`, `watch ${pods} from 2`])
})

test('a connection that breaks loses nothing: the watch goes on from the last version that it saw', async () => {
  expect(await next()).toBe('known: ')
  api.put(pods, pod('one'))
  expect(await next()).toBe('ADDED one Pending')
  const following = next()
  await api.watchedBy(1)
  api.drop()
  api.put(pods, pod('one', 'Running'))
  expect(await following).toBe('MODIFIED one Running')
  expect(api.requests).toEqual([`list ${pods}`, `watch ${pods} from 1`, `watch ${pods} from 2`])
})

test('a bookmark moves it on where nothing changed, and is no change itself', async () => {
  expect(await next()).toBe('known: ')
  const following = next()
  await api.watchedBy(1)
  api.bookmark()
  // The bookmark is read before the connection breaks, or the watch would begin where it began.
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve))
  api.forget()
  api.drop()
  api.put(pods, pod('one'))
  expect(await following).toBe('ADDED one Pending')
  expect(api.requests).toEqual([`list ${pods}`, `watch ${pods} from 1`, `watch ${pods} from 2`])
})

test('a version that the server has forgotten while nobody was connected begins with a new list', async () => {
  expect(await next()).toBe('known: ')
  const following = next()
  await api.watchedBy(1)
  api.put(pods, pod('one', 'Running'))
  expect(await following).toBe('ADDED one Running')
  const after = next()
  api.drop()
  api.delete(pods, 'one')
  api.put(pods, pod('two'))
  api.forget()
  expect(await after).toBe('known: two Pending')
})

test('so does one that it breaks off with 410 in the middle', async () => {
  expect(await next()).toBe('known: ')
  const following = next()
  await api.watchedBy(1)
  api.breakOff(410)
  expect(await following).toBe('known: ')
  api.put(pods, pod('one'))
  expect(await next()).toBe('ADDED one Pending')
})

test('an abort ends it, and its connection', async () => {
  expect(await next()).toBe('known: ')
  const following = changes.next()
  await api.watchedBy(1)
  stop.abort(new Error('enough'))
  await expect(following).rejects.toThrow('enough')
  await api.watchedBy(0)
})

test('so does whoever leaves it', async () => {
  for await (const change of api.client.watch<KubeObject>(pods, { signal: stop.signal })) {
    if (change.type === 'known') api.put(pods, pod('one'))
    else break
  }
  await api.watchedBy(0)
})
