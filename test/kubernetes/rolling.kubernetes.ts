import { describe, expect, test } from '@jest/globals'
import { configurationOf, type Platform, type Release } from '@deploy-kit/rollout'
import type { KubeObject } from '../../packages/platforms/src/kubernetes/api/index.ts'
import type { Pod, Workload } from '../../packages/platforms/src/kubernetes/objects/models.ts'
import { testCluster, type VersionName } from './stage/cluster.ts'
import { TestNamespace } from './stage/namespace.ts'
import { webAs, type WorkloadKind } from './stage/objects.ts'
import { openPlatform, takeLease } from './stage/platform.ts'

const cluster = testCluster()
const signal = new AbortController().signal

const imageOf = (version: VersionName): Release => ({
  digest: cluster.digest(version),
  image: cluster.image(version),
  environment: {},
  configuration: configurationOf({}),
})

/** A workload that serves version one, and the platform as the holder of its lease has it. */
class Rolled implements AsyncDisposable {
  readonly namespace: TestNamespace
  readonly platform: Platform
  readonly kind: WorkloadKind

  private constructor(namespace: TestNamespace, platform: Platform, kind: WorkloadKind) {
    this.namespace = namespace
    this.platform = platform
    this.kind = kind
  }

  static async serving(kind: WorkloadKind, options: Readonly<Record<string, unknown>> = {}): Promise<Rolled> {
    const namespace = await TestNamespace.make(cluster)
    await namespace.has(webAs(kind, { namespace: namespace.name, image: cluster.image('one'), replicas: 2 }))
    const platform = await openPlatform(namespace, {
      options: { workload: `${kind.toLowerCase()}/web`, router: 'auto', 'ready-within': '60s', ...options },
    })
    await takeLease(platform)
    const rolled = new Rolled(namespace, platform, kind)
    for (let tries = 0; !(await rolled.isServing('one')); tries += 1) {
      if (tries > 300) throw new Error(`${kind} does not serve: ${JSON.stringify(await platform.target.describe(signal))}`)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    return rolled
  }

  /** A version as a release of this workload. */
  async release(version: VersionName): Promise<Release> {
    const { complete } = this.platform
    if (complete === undefined) throw new Error('the platform completes releases')
    return complete(imageOf(version), signal)
  }

  get inPlace() {
    if (this.platform.target.inPlace === undefined) throw new Error('it is replaced in place')
    return this.platform.target.inPlace
  }

  async isServing(version: VersionName): Promise<boolean> {
    const { stable } = await this.platform.target.describe(signal)
    return (
      stable !== undefined && stable.replicas > 0 && stable.ready === stable.replicas && stable.runningDigest === cluster.digest(version)
    )
  }

  workload(): Promise<Workload | undefined> {
    return this.namespace.get<Workload>('apps/v1', `${this.kind.toLowerCase()}s`, 'web')
  }

  pods(): Promise<readonly Pod[]> {
    return this.namespace.list<Pod>('v1', 'pods')
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.namespace[Symbol.asyncDispose]()
  }
}

describe.each<WorkloadKind>(['Deployment', 'StatefulSet', 'DaemonSet'])('a %s', (kind) => {
  test('is replaced where it stands, whole, and done again changes nothing', async () => {
    await using web = await Rolled.serving(kind)
    await web.inPlace.replace(await web.release('two'), signal)
    expect(await web.isServing('two')).toBe(true)
    const before = await web.workload()
    await web.inPlace.replace(await web.release('two'), signal)
    expect((await web.workload())?.metadata?.generation).toBe(before?.metadata?.generation)
  })

  test('that crashes says why, and gets back exactly what it ran', async () => {
    await using web = await Rolled.serving(kind)
    const before = (await web.workload())?.spec?.template
    const { stable } = await web.platform.target.describe(signal)
    if (stable === undefined) throw new Error('something serves')
    await expect(web.inPlace.replace(await web.release('crash'), signal)).rejects.toMatchObject({
      code: 'canary-not-ready',
      message: expect.stringMatching(/container `web` ended twice, exit code 1\. Its last lines:\n +listen tcp/),
    })
    await web.inPlace.restore(stable.release, signal)
    expect(await web.isServing('one')).toBe(true)
    expect((await web.workload())?.spec?.template).toEqual(before)
  })

  test('whose replacement was killed in the middle is whole on one version after it is restored', async () => {
    await using web = await Rolled.serving(kind)
    const { stable } = await web.platform.target.describe(signal)
    if (stable === undefined) throw new Error('something serves')
    const kill = new AbortController()
    const replacing = web.inPlace.replace(await web.release('never'), kill.signal)
    setTimeout(() => kill.abort(new Error('killed')), 3_000)
    await expect(replacing).rejects.toThrow('killed')
    await web.inPlace.restore(stable.release, signal)
    expect(await web.isServing('one')).toBe(true)
    const images = (await web.pods())
      .filter(({ metadata }) => metadata?.deletionTimestamp === undefined)
      .map(({ spec }) => spec?.containers[0]?.image)
    expect(new Set(images)).toEqual(new Set([cluster.image('one')]))
  })
})

test('a Deployment may have a preview first, of which nothing is left afterwards', async () => {
  await using web = await Rolled.serving('Deployment')
  await web.namespace.has({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: web.namespace.name },
    spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] },
  } as KubeObject)
  await web.platform.target.prepare(await web.release('two'), signal)
  expect((await web.platform.target.describe(signal)).canary?.runningDigest).toBe(cluster.digest('two'))
  await web.inPlace.replace(await web.release('two'), signal)
  expect(await web.platform.target.describe(signal)).toMatchObject({
    canary: undefined,
    weight: 0,
    stable: { runningDigest: cluster.digest('two') },
  })
})

test('a StatefulSet that nothing would follow is not touched', async () => {
  await using web = await Rolled.serving('StatefulSet')
  const path = `/apis/apps/v1/namespaces/${web.namespace.name}/statefulsets/web`
  await cluster.client.patch(path, { spec: { updateStrategy: { type: 'OnDelete', rollingUpdate: null } } }, { type: 'merge-patch', signal })
  await expect(web.inPlace.replace(await web.release('two'), signal)).rejects.toMatchObject({ code: 'plan-impossible' })
  expect(await web.isServing('one')).toBe(true)
})
