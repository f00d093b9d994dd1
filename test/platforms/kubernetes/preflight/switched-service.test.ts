import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { silentLogger } from '@deploy-kit/core'
import type { Cluster } from '../../../../packages/platforms/src/kubernetes/cluster.ts'
import { ours, selects } from '../../../../packages/platforms/src/kubernetes/objects/labels.ts'
import { readSituation } from '../../../../packages/platforms/src/kubernetes/preflight/read-situation.ts'
import { withoutRouter } from '../../../../packages/platforms/src/kubernetes/routers/none/index.ts'
import type { Releases } from '../../../../packages/platforms/src/kubernetes/snapshots/releases.ts'
import { selectorBefore } from '../../../../packages/platforms/src/kubernetes/objects/service-selector.ts'
import { fakeCluster, type FakeCluster } from '../routers/on-fake.ts'
import { shop, situation } from './situation.ts'

const signal = new AbortController().signal

let place: FakeCluster
beforeEach(async () => {
  place = await fakeCluster()
})
afterEach(() => place.api.close())

/** The Service as the router `replicas` leaves it at 100 %: it selects the canary, and remembers what it selects otherwise. */
const switchedService = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'shop', namespace: 'shop', annotations: { [selectorBefore]: JSON.stringify({ app: 'shop' }) } },
  spec: { selector: { [ours.app]: 'shop', [ours.track]: 'canary', [`${ours.track}-of`]: 'shop' }, ports: [{ port: 80 }] },
}

test("a Service that has given the canary all of its traffic is still stable's, and the canary keeps labels of its own", async () => {
  place.api.put(switchedService)
  const { plan, options } = situation({ options: { router: 'replicas' } })
  const cluster: Cluster = {
    client: place.client,
    app: 'shop',
    namespace: 'shop',
    options,
    guard: { require: () => Promise.resolve() } as unknown as Cluster['guard'],
    clock: place.clock,
    log: silentLogger,
    readyWithinMs: 0,
    jobWithinMs: 0,
    scheduleWithinMs: 0,
    drainMs: 0,
    router: () => Promise.resolve(withoutRouter('it is not asked here')),
    releases: { blueprint: () => Promise.reject(new Error('nothing is kept')) } as unknown as Releases,
  }
  const { situation: read, findings } = await readSituation(shop(), plan, cluster, signal)
  expect(findings).toEqual([])
  expect(read.front?.metadata?.name).toBe('shop')
  const { template } = read.canary.deployment.spec ?? {}
  expect(selects({ matchLabels: { app: 'shop' } }, template?.metadata?.labels ?? {})).toBe(false)
  expect(selects(read.canary.deployment.spec?.selector ?? {}, template?.metadata?.labels ?? {})).toBe(true)
})
