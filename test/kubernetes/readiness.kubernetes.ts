import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { setTimeout as delay } from 'node:timers/promises'
import { systemClock, urgent } from '@deploy-kit/core'
import { kinds, pathOf } from '../../packages/platforms/src/kubernetes/api/index.ts'
import type { Deployment } from '../../packages/platforms/src/kubernetes/objects/models.ts'
import { awaitRollout } from '../../packages/platforms/src/kubernetes/workload/await-rollout.ts'
import { testCluster, type VersionName } from './stage/cluster.ts'
import { TestNamespace } from './stage/namespace.ts'
import { webDeployment } from './stage/objects.ts'

const cluster = testCluster()
const signal = new AbortController().signal
let namespace: TestNamespace
beforeAll(async () => {
  namespace = await TestNamespace.make(cluster)
})
afterAll(() => namespace[Symbol.asyncDispose]())

type Changed = (deployment: Deployment) => Deployment
type Container = NonNullable<NonNullable<Deployment['spec']>['template']['spec']>['containers'][number]

const inContainer =
  (more: Partial<Container>): Changed =>
  (deployment) => {
    const template = deployment.spec?.template
    const containers = template?.spec?.containers.map((container) => ({ ...container, ...more })) ?? []
    return { ...deployment, spec: { ...deployment.spec, template: { ...template, spec: { ...template?.spec, containers } } } } as Deployment
  }
const inSpec =
  (more: object): Changed =>
  (deployment) =>
    ({ ...deployment, spec: { ...deployment.spec, ...more } }) as Deployment
const inPod =
  (more: object): Changed =>
  (deployment) => {
    const template = deployment.spec?.template
    return { ...deployment, spec: { ...deployment.spec, template: { ...template, spec: { ...template?.spec, ...more } } } } as Deployment
  }
const asItIs: Changed = (deployment) => deployment

let made = 0
/** Makes a Deployment and waits for it, as a release does; milliseconds and what came of it. */
const released = async (version: VersionName, changed: Changed = asItIs, { withinMs = 60_000, scheduleWithinMs = 60_000 } = {}) => {
  const name = `web-${(made += 1)}`
  const object = changed(webDeployment({ namespace: namespace.name, name, image: cluster.image(version), replicas: 1 }))
  const began = Date.now()
  const before = await cluster.client.create(pathOf(kinds.deployment, namespace.name), object, { signal })
  try {
    const end = await awaitRollout({
      client: cluster.client,
      clock: systemClock,
      namespace: namespace.name,
      kind: 'deployment',
      name,
      before,
      withinMs,
      scheduleWithinMs,
      signal,
    }).then(
      () => ({ error: undefined }),
      (error: unknown) => ({ error: error as Error }),
    )
    return { name, tookMs: Date.now() - began, ...end }
  } finally {
    await cluster.client.remove(pathOf(kinds.deployment, namespace.name, name), { signal })
  }
}

/** Asks every pod of the namespace for something, through the API server, until it is enough. */
const asks = async (until: AbortSignal): Promise<void> => {
  const pods = pathOf(kinds.pod, namespace.name)
  while (!until.aborted) {
    const { items } = await cluster.client.list(pods, { signal })
    for (const { metadata } of items)
      for (let requests = 0; requests < 100 && !until.aborted; requests += 1)
        await cluster.client.text(`${pods}/${metadata?.name ?? ''}:8080/proxy/`, { signal, policy: urgent }).catch(() => delay(20))
    await delay(50)
  }
}

describe('a version that starts', () => {
  test('is waited for', async () => {
    expect(await released('two')).toMatchObject({ error: undefined })
  })

  test('slowly is waited for as long as it is allowed to', async () => {
    expect(await released('slow20')).toMatchObject({ error: undefined })
  })

  test('has to be ready for as long as its workload asks', async () => {
    const { tookMs, error } = await released('two', inSpec({ minReadySeconds: 5 }))
    expect(error).toBeUndefined()
    expect(tookMs).toBeGreaterThan(5_000)
  })
})

describe('a version that does not', () => {
  test('because it crashes, is told within 15 s, with its last words', async () => {
    const { name, tookMs, error } = await released('crash')
    expect(error).toMatchObject({ code: 'canary-not-ready' })
    expect(error?.message).toMatch(
      new RegExp(
        `^${name} does not become ready. pod ${name}-\\w+-\\w+: container \`web\` ended twice, exit code 1. Its last lines:\n +listen tcp`,
      ),
    )
    expect(tookMs).toBeLessThan(15_000)
  })

  test('because it is given less memory than the container itself needs to begin', async () => {
    const { error } = await released('two', inContainer({ resources: { limits: { memory: '3Mi' } } }))
    expect(error).toMatchObject({ code: 'canary-not-ready', message: expect.stringMatching(/container `web` .*memory limit too low/s) })
  })

  test('because its memory grows beyond its limit', async () => {
    // Nothing of it is ever given back, so requests are all that it takes.
    const hungry = inContainer({
      resources: { limits: { memory: '6Mi' } },
      env: [
        { name: 'GOGC', value: 'off' },
        { name: 'READY_AFTER', value: 'never' },
      ],
    })
    const over = new AbortController()
    const asking = Promise.all(Array.from({ length: 8 }, () => asks(over.signal)))
    const { error } = await released('two', hungry).finally(() => over.abort())
    await asking
    expect(error).toMatchObject({
      code: 'canary-not-ready',
      message: expect.stringContaining('killed for want of memory (OOMKilled)'),
    })
  })

  test('because it never becomes ready, is told with the last answer of its probe', async () => {
    const { error } = await released('never', asItIs, { withinMs: 8_000 })
    expect(error?.message).toMatch(/did not become ready within 8 s\. .* Readiness probe failed: HTTP probe failed with statuscode: 503/)
  })

  test('because an init container fails', async () => {
    const init = { name: 'migrate', image: cluster.image('crash'), imagePullPolicy: 'IfNotPresent' }
    const { error } = await released('two', inPod({ initContainers: [init] }))
    expect(error?.message).toMatch(/container `migrate` ended twice, exit code 1\. Its last lines:\n +listen tcp/)
  })

  test('because a native sidecar fails', async () => {
    const sidecar = { name: 'proxy', image: cluster.image('crash'), imagePullPolicy: 'IfNotPresent', restartPolicy: 'Always' }
    const { error } = await released('two', inPod({ initContainers: [sidecar] }))
    expect(error?.message).toMatch(/container `proxy` ended twice, exit code 1/)
  })

  test('because its image is nowhere', async () => {
    const image = `localhost/nowhere@sha256:${'0'.repeat(64)}`
    const { error, tookMs } = await released('two', inContainer({ image, imagePullPolicy: 'Never' }))
    expect(error?.message).toMatch(/container `web`: ErrImageNeverPull of localhost\/nowhere@sha256/)
    expect(tookMs).toBeLessThan(15_000)
  })

  test('because its image cannot be pulled', async () => {
    const { error } = await released('two', inContainer({ image: 'localhost/nowhere:1', imagePullPolicy: 'Always' }))
    expect(error?.message).toMatch(/the image localhost\/nowhere:1 cannot be pulled/)
  })

  test('because its image is no reference', async () => {
    const { error } = await released('two', inContainer({ image: 'No Reference' }))
    expect(error?.message).toMatch(/InvalidImageName/)
  })

  test('because its configuration is not there', async () => {
    const { error } = await released('two', inContainer({ envFrom: [{ configMapRef: { name: 'nowhere' } }] }))
    expect(error?.message).toMatch(/container `web` cannot be created: configmap "nowhere" not found/)
  })

  test('because no node takes it', async () => {
    const { error } = await released('two', inPod({ nodeSelector: { nowhere: 'true' } }), { scheduleWithinMs: 2_000 })
    expect(error?.message).toMatch(/no node takes it: 0\/\d+ nodes are available/)
  })

  test('because its pod cannot even be set up, is told by the last warning about it', async () => {
    const starved = { resources: { limits: { memory: '2Mi' }, requests: { memory: '1Mi' } } }
    const { error } = await released('two', inContainer(starved), { withinMs: 8_000 })
    expect(error?.message).toMatch(/did not become ready within 8 s\. .* Failed to create pod sandbox: .*memory limit too low/)
  })

  test('because a quota refuses its pods', async () => {
    await using small = await TestNamespace.make(cluster)
    const [quota, web] = [
      { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'small', namespace: small.name }, spec: { hard: { pods: '0' } } },
      webDeployment({ namespace: small.name, image: cluster.image('two'), replicas: 1 }),
    ]
    await small.has(quota, web)
    const wait = {
      client: cluster.client,
      clock: systemClock,
      namespace: small.name,
      kind: 'deployment',
      name: 'web',
      before: undefined,
    } as const
    await expect(awaitRollout({ ...wait, withinMs: 60_000, scheduleWithinMs: 1_000, signal })).rejects.toMatchObject({
      code: 'canary-not-ready',
      message: expect.stringMatching(/its pods are refused: .*exceeded quota: small/),
    })
  })
})
