import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { testCluster, type VersionName } from './stage/cluster.ts'
import { ManifestShop } from './stage/manifest-shop.ts'

const cluster = testCluster()

describe('manifests as a release', () => {
  let shop: ManifestShop
  beforeEach(async () => {
    shop = await ManifestShop.make(cluster)
  })
  afterEach(() => shop.close())

  const serving = (version: VersionName, change: Parameters<ManifestShop['serves']>[1] = {}) => shop.serves(version, change)

  test('a first release is prepared beside nothing, and its promotion makes the workload and all that goes with it', async () => {
    const platform = await shop.opened({ greeting: 'one' })
    const release = await shop.release(platform, 'one')
    await platform.target.prepare(release, shop.signal)
    expect(await shop.kinds()).toEqual({
      Deployment: ['web-canary'],
      Service: ['web-canary'],
      ConfigMap: [],
      ServiceAccount: ['web'],
      Role: ['web'],
    })
    const endpoint = await platform.target.endpoint('canary', shop.signal)
    expect(await (await fetch(`${endpoint?.url ?? ''}/`)).text()).toContain('one')

    await platform.target.promote(shop.signal)
    expect(await shop.kinds()).toEqual({
      Deployment: ['web'],
      Service: ['web'],
      ConfigMap: ['settings'],
      ServiceAccount: ['web'],
      Role: ['web'],
    })
    const { stable } = await platform.target.describe(shop.signal)
    expect(stable).toMatchObject({
      replicas: 2,
      ready: 2,
      runningDigest: cluster.digest('one'),
      release: { configuration: release.configuration },
    })
  })

  test('a first release that is taken back leaves nothing', async () => {
    const platform = await shop.opened({})
    await platform.target.prepare(await shop.release(platform, 'one'), shop.signal)
    await platform.target.discard(shop.signal)
    expect(await shop.kinds()).toEqual({ Deployment: [], Service: [], ConfigMap: [], ServiceAccount: [], Role: [] })
    expect(await shop.copies()).toEqual([])
  })

  test('stable does not see the new configuration before the promotion, nor after an abort', async () => {
    await serving('one', { greeting: 'one' })
    const platform = await shop.opened({ greeting: 'two' })
    await platform.target.prepare(await shop.release(platform, 'two'), shop.signal)
    expect({ stable: await shop.reads('web'), canary: await shop.reads('web-canary'), original: await shop.original() }).toEqual({
      stable: 'one',
      canary: 'two',
      original: 'one',
    })
    await platform.target.discard(shop.signal)
    expect({ stable: await shop.reads('web'), original: await shop.original(), copies: (await shop.copies()).length }).toEqual({
      stable: 'one',
      original: 'one',
      copies: 1,
    })
  })

  test('the way back brings code and configuration of then, whatever the files hold now', async () => {
    const one = await serving('one', { greeting: 'one', env: { ONLY_ONE: '1' } })
    await serving('two', { greeting: 'two', extra: true })
    expect({ reads: await shop.reads('web'), original: await shop.original(), env: await shop.env() }).toMatchObject({
      reads: 'two',
      original: 'two',
      env: {},
    })
    expect(await shop.has('ConfigMap', 'extra')).toBe(true)

    // Another run, without the checkout.
    const elsewhere = await shop.opened(undefined)
    await elsewhere.target.prepare(one, shop.signal)
    await elsewhere.target.promote(shop.signal)
    expect({ reads: await shop.reads('web'), original: await shop.original(), env: await shop.env() }).toEqual({
      reads: 'one',
      original: 'one',
      env: { ONLY_ONE: '1' },
    })
    // Made by the release that was left, for nothing that serves now.
    expect(await shop.has('ConfigMap', 'extra')).toBe(false)
    expect((await elsewhere.target.describe(shop.signal)).stable?.release).toEqual(one)
  })

  test('what kubectl had applied and the manifests do not have any more goes with the first release', async () => {
    await shop.appliedByKubectl({ env: { OLD: '1', KEPT: '1' }, replicas: 3 })
    await shop.serves('one', { env: { KEPT: '2' } })
    expect(await shop.env()).toEqual({ KEPT: '2' })
    expect((await shop.deployment())?.spec?.replicas).toBe(2)
  })

  test('an autoscaler keeps its replicas', async () => {
    await serving('one')
    await shop.isAutoscaled(3)
    await serving('two', { replicas: 1 })
    expect((await shop.deployment())?.spec?.replicas).toBe(3)
  })

  test('only what an earlier release made is removed', async () => {
    await shop.hasForeign('ConfigMap', 'extra')
    await serving('one', { extra: true })
    await serving('two', { extra: false })
    expect(await shop.has('ConfigMap', 'extra')).toBe(true)
  })

  test('what stands against manifests is found before anything is touched', async () => {
    await serving('one')
    const findings = await shop.findings('two', { selector: { app: 'other' } })
    expect(findings).toContainEqual(expect.objectContaining({ code: 'selector-immutable', severity: 'error' }))
    const invalid = await shop.findings('two', { servicePort: 700_000 })
    expect(invalid).toContainEqual(
      expect.objectContaining({ code: 'cluster-refused', message: expect.stringMatching(/Service web \(.*app\.yaml:\d+:\d+\)/) }),
    )
    await shop.appliedBy('another-controller', { GREETING: 'theirs' })
    const foreign = await shop.findings('two', { greeting: 'mine' })
    expect(foreign).toContainEqual(
      expect.objectContaining({ code: 'field-conflict', message: expect.stringContaining('.data.GREETING (another-controller)') }),
    )
  })
})
