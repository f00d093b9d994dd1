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

  test('a canary starts with a ServiceAccount that only its own manifests have, and an abort takes it away again', async () => {
    await serving('one')
    const platform = await shop.opened({ account: 'second' })
    await platform.target.prepare(await shop.release(platform, 'two'), shop.signal)
    expect((await shop.deployment('web-canary'))?.status?.readyReplicas).toBe(1)
    expect(await shop.has('ServiceAccount', 'second')).toBe(true)
    await platform.target.discard(shop.signal)
    expect(await shop.kinds()).toMatchObject({ ServiceAccount: ['web'] })
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
    const elsewhere = await shop.opened(undefined, { manifests: ['/no/checkout/here.yaml'] })
    expect((await shop.findingsOfReturn(elsewhere, one)).filter(({ severity }) => severity === 'error')).toEqual([])
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

describe('a release of an image alone', () => {
  let shop: ManifestShop
  beforeEach(async () => {
    shop = await ManifestShop.make(cluster)
    await shop.appliedByKubectl({ env: { THEIRS: '1' } })
    await shop.configures('live')
  })
  afterEach(() => shop.close())

  test('sets its own fields, is the same when it is released again, and its variables go with the next one', async () => {
    const platform = await shop.opened(undefined)
    const release = await shop.release(platform, 'two', { OURS: '1' })
    await platform.target.prepare(release, shop.signal)
    await platform.target.promote(shop.signal)
    expect(await shop.env()).toEqual({ THEIRS: '1', OURS: '1' })
    expect(await shop.managersOf('.spec.template.spec.containers[web].readinessProbe')).toEqual(['kubectl-client-side-apply'])
    expect(await shop.release(await shop.opened(undefined), 'two', { OURS: '1' })).toEqual(release)

    const next = await shop.opened(undefined)
    await next.target.prepare(await shop.release(next, 'three'), shop.signal)
    await next.target.promote(shop.signal)
    expect(await shop.env()).toEqual({ THEIRS: '1' })
  })

  test('the configuration that it found comes back with it, and so does what ran before deploy-kit came', async () => {
    const platform = await shop.opened(undefined)
    const before = (await platform.target.describe(shop.signal)).stable?.release
    const release = await shop.release(platform, 'two')
    await platform.target.prepare(release, shop.signal)
    await platform.target.promote(shop.signal)
    await shop.configures('changed since')
    // The same image with another configuration is another release.
    expect((await shop.release(platform, 'two')).configuration).not.toBe(release.configuration)
    const next = await shop.opened(undefined)
    await next.target.prepare(await shop.release(next, 'three'), shop.signal)
    await next.target.promote(shop.signal)
    expect(await shop.reads('web')).toBe('changed since')

    for (const [back, version] of [
      [release, 'two'],
      [before, 'one'],
    ] as const) {
      if (back === undefined) throw new Error('nothing ran before')
      const elsewhere = await shop.opened(undefined)
      await elsewhere.target.prepare(back, shop.signal)
      await elsewhere.target.promote(shop.signal)
      expect({ reads: await shop.reads('web'), env: await shop.env() }).toEqual({ reads: 'live', env: { THEIRS: '1' } })
      expect((await elsewhere.target.describe(shop.signal)).stable).toMatchObject({ runningDigest: cluster.digest(version), release: back })
    }
  })

  test('with configuration that is not pinned reads what is there at any time', async () => {
    const platform = await shop.opened(undefined, { 'pin-configuration': false })
    await platform.target.prepare(await shop.release(platform, 'two'), shop.signal)
    await platform.target.promote(shop.signal)
    expect({ copies: await shop.copies(), reads: await shop.reads('web') }).toEqual({ copies: [], reads: 'live' })
  })

  test('what changes is shown before anything is touched, fields that go included', async () => {
    const told = await shop.changes('two', { greeting: 'from a file' })
    expect(told).toEqual(
      expect.arrayContaining([
        '~ Deployment web',
        expect.stringMatching(/^ {4}spec\.template\.spec\.containers\[web\]\.image: /),
        expect.stringMatching(/^ {4}spec\.template\.spec\.containers\[web\]\.env: removed, was .*THEIRS/),
        '+ ServiceAccount web',
        '~ ConfigMap settings',
        '    data.GREETING: live -> from a file',
      ]),
    )
  })

  test('old releases and their copies go, and what could still come back stays', async () => {
    for (const [index, version] of (['two', 'three', 'one', 'two'] as const).entries()) {
      await shop.configures(`of release ${index}`)
      const platform = await shop.opened(undefined, { 'keep-releases': 1 })
      await platform.target.prepare(await shop.release(platform, version), shop.signal)
      await platform.target.promote(shop.signal)
      if (index === 0) await shop.keepsNoHistory()
    }
    expect((await shop.copies()).map(({ data }) => data?.['GREETING'])).toEqual(['of release 3'])
    expect(await shop.reads('web')).toBe('of release 3')
  })
})

describe('the history of the workload', () => {
  let shop: ManifestShop
  beforeEach(async () => {
    shop = await ManifestShop.make(cluster)
    await shop.appliedByKubectl({ env: { THEIRS: '1' } })
    await shop.configures('live')
  })
  afterEach(() => shop.close())

  test('is a way back only when somebody asks for it', async () => {
    const platform = await shop.opened(undefined)
    const before = (await platform.target.describe(shop.signal)).stable?.release
    await platform.target.prepare(await shop.release(platform, 'two'), shop.signal)
    await platform.target.promote(shop.signal)
    await shop.forgets()

    const elsewhere = await shop.opened(undefined)
    if (before === undefined) throw new Error('nothing ran before')
    await expect(elsewhere.target.prepare(before, shop.signal)).rejects.toMatchObject({ code: 'release-not-kept' })
    const [, first] = (await elsewhere.history?.(shop.signal)) ?? []
    expect(first?.release.digest).toBe(cluster.digest('one'))
    await elsewhere.target.prepare(first?.release ?? before, shop.signal)
    await elsewhere.target.promote(shop.signal)
    expect((await elsewhere.target.describe(shop.signal)).stable).toMatchObject({ runningDigest: cluster.digest('one') })
    expect(await shop.env()).toEqual({ THEIRS: '1' })
  })
})
