import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { silentLogger } from '@deploy-kit/core'
import { scaleDown, type ScaleDown } from '../../../packages/platforms/src/kubernetes/autoscaling/scale-down.ts'
import type { Cluster } from '../../../packages/platforms/src/kubernetes/cluster.ts'
import { kubernetesOptions } from '../../../packages/platforms/src/kubernetes/options.ts'
import { fakeCluster, type FakeCluster } from './routers/on-fake.ts'

const signal = new AbortController().signal
const note = 'deploy-kit.io/behavior'

let place: FakeCluster
beforeEach(async () => {
  place = await fakeCluster()
})
afterEach(() => place.api.close())

const opened = (options: object = {}): ScaleDown =>
  scaleDown({
    client: place.client,
    namespace: 'shop',
    options: kubernetesOptions.parse({ namespace: 'shop', workload: 'deployment/shop', ...options }),
    clock: place.clock,
    log: silentLogger,
  } as unknown as Cluster)

const autoscaler = (behavior?: object, metadata: object = {}, target = 'shop') =>
  place.api.put({
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'shop', namespace: 'shop', ...metadata },
    spec: { scaleTargetRef: { kind: 'Deployment', name: target }, minReplicas: 1, maxReplicas: 9, ...(behavior && { behavior }) },
  })

const stored = () => place.api.get('HorizontalPodAutoscaler', 'shop')
const policy = () =>
  (stored()?.['spec'] as { readonly behavior?: { readonly scaleDown?: { readonly selectPolicy?: string } } } | undefined)?.behavior
    ?.scaleDown?.selectPolicy

/** What the autoscaler says itself: whether it was kept from taking pods away. */
const sees = (reason: string) =>
  place.api.status('HorizontalPodAutoscaler', 'shop', { conditions: [{ type: 'ScalingLimited', status: 'True', reason }] })

describe('while the canary has traffic', () => {
  test('an autoscaler takes nothing away, and what it was stands beside that', async () => {
    autoscaler({ scaleDown: { selectPolicy: 'Min', stabilizationWindowSeconds: 60 } })
    await opened().hold(signal)
    expect(policy()).toBe('Disabled')
    expect(JSON.parse(stored()?.metadata.annotations?.[note] ?? '')).toEqual({
      scaleDown: { selectPolicy: 'Min', stabilizationWindowSeconds: 60 },
    })
  })

  test('what it was is written down once, whoever holds it again', async () => {
    autoscaler({ scaleDown: { selectPolicy: 'Min' } })
    await opened().hold(signal)
    await opened().hold(signal)
    await opened().letGo(signal)
    expect(policy()).toBe('Min')
    expect(place.api.writes()).toHaveLength(2)
  })

  test('its own status does not stand in the way', async () => {
    autoscaler()
    let meets = 2
    place.api.intercept = (method) => {
      if (method === 'PATCH' && (meets -= 1) >= 0) place.api.status('HorizontalPodAutoscaler', 'shop', { currentReplicas: meets })
      return undefined
    }
    await opened().hold(signal)
    expect(policy()).toBe('Disabled')
  })

  test.each<[string, () => unknown, object]>([
    ['of another workload', () => autoscaler(undefined, {}, 'cart'), {}],
    ['of KEDA', () => autoscaler(undefined, { ownerReferences: [{ kind: 'ScaledObject', name: 'shop' }] }), {}],
    ['of Argo CD', () => autoscaler(undefined, { annotations: { 'argocd.argoproj.io/tracking-id': 'shop:x' } }), {}],
    ['that takes nothing away anyhow', () => autoscaler({ scaleDown: { selectPolicy: 'Disabled' } }), {}],
  ])('one %s is left alone', async (_, given, options) => {
    given()
    await opened(options).hold(signal)
    await opened(options).letGo(signal)
    expect(place.api.writes()).toEqual([])
  })

  test('one of Argo CD is held where Argo CD was told to leave our fields alone', async () => {
    autoscaler(undefined, { annotations: { 'argocd.argoproj.io/tracking-id': 'shop:x' } })
    await opened({ 'managed-elsewhere': 'accept' }).hold(signal)
    expect(policy()).toBe('Disabled')
  })

  test('a user who may not change it goes on without', async () => {
    autoscaler()
    place.api.intercept = (method) =>
      method === 'PATCH' ? { status: 403, reason: 'Forbidden', message: 'cannot patch resource' } : undefined
    await opened().hold(signal)
    expect(policy()).toBeUndefined()
  })
})

describe('afterwards', () => {
  test('it is what it was', async () => {
    autoscaler()
    const before = stored()?.['spec']
    await opened().hold(signal)
    await opened().letGo(signal)
    expect(stored()?.['spec']).toEqual(before)
    expect(stored()?.metadata.annotations).toBeUndefined()
  })

  test('one that still sees no load is let go when it does', async () => {
    autoscaler()
    await opened().hold(signal)
    sees('ScaleDownLimit')
    const began = place.clock.now()
    place.clock.onTick = (now) => {
      expect(policy()).toBe('Disabled')
      if (now - began >= 10_000) sees('DesiredWithinRange')
    }
    await opened().letGo(signal)
    expect({ after: place.clock.now() - began, policy: policy() }).toEqual({ after: 10_000, policy: undefined })
  })

  test('or after a minute: it may be right', async () => {
    autoscaler()
    await opened().hold(signal)
    sees('ScaleDownLimit')
    const began = place.clock.now()
    await opened().letGo(signal)
    expect({ after: place.clock.now() - began, policy: policy() }).toEqual({ after: 60_000, policy: undefined })
  })

  test('or at once when the run is ended', async () => {
    autoscaler()
    await opened().hold(signal)
    sees('ScaleDownLimit')
    await opened().letGo(AbortSignal.abort())
    expect(policy()).toBeUndefined()
  })

  test('what somebody has set in the meantime stays', async () => {
    autoscaler({ scaleDown: { selectPolicy: 'Max' } })
    await opened().hold(signal)
    const held = stored()
    place.api.put({ ...held, spec: { ...(held?.['spec'] as object), maxReplicas: 20, behavior: { scaleDown: { selectPolicy: 'Min' } } } })
    await opened().letGo(signal)
    expect(stored()?.['spec']).toMatchObject({ maxReplicas: 20, behavior: { scaleDown: { selectPolicy: 'Min' } } })
    expect(stored()?.metadata.annotations).toBeUndefined()
  })
})
