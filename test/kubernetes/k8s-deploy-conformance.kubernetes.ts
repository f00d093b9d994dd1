import { describe, expect, test } from '@jest/globals'
import { testCluster } from './stage/cluster.ts'
import { ManifestShop } from './stage/manifest-shop.ts'
import { preparedShop, readyOf } from './stage/prepared-shop.ts'
import { Shop } from './stage/shop.ts'

const cluster = testCluster()
const signal = new AbortController().signal

/**
 * The verified faults of Azure/k8s-deploy v7.0.0, by their numbers, where it takes a cluster to show that they cannot happen here. Those that it does not take
 * one for (3, 4, 5, 6) are in test/platforms/kubernetes/k8s-deploy-conformance.test.ts; test/kubernetes/README.md has the list.
 */
describe('faults of Azure/k8s-deploy that cannot happen here', () => {
  test('1: blue-green switches the Service, and looks for readiness afterwards', async () => {
    await using shop = await Shop.serving(cluster, 'one', { replicas: 1 })
    shop.configured({ strategy: { 'blue-green': { bake: { min: '1s', max: '60s' }, 'keep-old-for': '2s' } } })
    const traffic = shop.underTraffic(50)
    const { exitCode, log } = await shop.releases('slow20', { strategy: 'blue-green' })
    const { lost, failed } = await traffic.stop()
    expect({ exitCode, log }).toMatchObject({ exitCode: 0 })
    expect({ lost, failed }).toEqual({ lost: 0, failed: 0 })
    expect(await shop.state()).toMatchObject({ stable: 'slow20', canary: null, weight: 0 })
  })

  test('2: a canary drops every object without a spec: ConfigMaps, ServiceAccounts, Roles', async () => {
    const shop = await ManifestShop.make(cluster)
    await using _ = { [Symbol.asyncDispose]: () => shop.close() }
    await shop.serves('one')
    await shop.serves('two', { extra: true, account: 'second' })
    expect(await shop.kinds()).toMatchObject({ ConfigMap: ['extra', 'settings'], ServiceAccount: ['second', 'web'], Role: ['web'] })
  })

  test('7: promote says it is done before anything of the new version is ready', async () => {
    const { shop, target } = await preparedShop(cluster, 'two')
    await using _ = shop
    await target.promote(signal)
    const stable = await shop.deployment()
    expect(stable?.status).toMatchObject({ updatedReplicas: 2, availableReplicas: 2, replicas: 2 })
    expect((await target.describe(signal)).stable?.runningDigest).toBe(cluster.digest('two'))
  })

  test('8: a canary with all of the traffic has the replicas of a canary', async () => {
    const { shop, target } = await preparedShop(cluster, 'two')
    await using _ = shop
    await target.shift(100, signal)
    expect(readyOf(await shop.deployment('web-canary'))).toBe(2)
  })

  test('9: a Deployment that is there already gets a label in its selector, which cannot be changed', async () => {
    await using shop = await Shop.serving(cluster, 'one')
    const before = await shop.deployment()
    shop.underTraffic(50)
    const { exitCode, log } = await shop.releases('two', {
      strategy: 'blue-green',
      'bake-max': '3s',
      'on-insufficient': 'promote-if-within-tolerance',
    })
    expect({ exitCode, log }).toMatchObject({ exitCode: 0 })
    const after = await shop.deployment()
    expect({ uid: after?.metadata?.uid, selector: after?.spec?.selector }).toEqual({
      uid: before?.metadata?.uid,
      selector: before?.spec?.selector,
    })
    expect(after?.spec?.template.metadata?.labels).toEqual(before?.spec?.template.metadata?.labels)
  })

  test('10 and 11: no metrics, no way back, no outputs, no summary; and a docker pull for an annotation', async () => {
    await using shop = await Shop.serving(cluster, 'one')
    shop.underTraffic(100)
    // Neither docker nor kubectl nor anything else is on PATH, and there is no token.
    const { exitCode, outputs, summary, log } = await shop.releases('bad30', {}, { env: { PATH: '/nowhere', GITHUB_TOKEN: '' } })
    expect({ exitCode, ...outputs, log }).toMatchObject({ exitCode: 1, outcome: 'aborted', 'reason-code': 'canary-failing' })
    expect(summary).toContain('canary-failing')
    expect(await shop.state()).toEqual({ stable: 'one', canary: null, weight: 0, lease: 'free' })
  })

  test('12: the job is green although nothing was deployed, and a range is checked by a condition that never holds', async () => {
    await using shop = await Shop.serving(cluster, 'one')
    const unreachable = await shop.releases('two', {}, { env: { KUBECONFIG: '/nowhere/kubeconfig' } })
    expect({ exitCode: unreachable.exitCode, ...unreachable.outputs }).toMatchObject({
      exitCode: 1,
      'reason-code': 'cluster-config-invalid',
    })
    for (const steps of ['0', '120', '-5, 100']) {
      const { exitCode, outputs } = await shop.releases('two', { steps })
      expect({ steps, exitCode, ...outputs }).toMatchObject({ steps, exitCode: 1, 'reason-code': 'input-invalid' })
    }
    expect(await shop.state()).toEqual({ stable: 'one', canary: null, weight: 0, lease: 'free' })
  })
})
