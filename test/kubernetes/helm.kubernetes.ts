import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from '@jest/globals'
import { supervise } from '@deploy-kit/core/process'
import type { KubeObject } from '../../packages/platforms/src/kubernetes/api/index.ts'
import { ApiProxy, type Passed } from './stage/api-proxy.ts'
import { withStatus } from './stage/helm-record.ts'
import { testCluster, type VersionName } from './stage/cluster.ts'
import { Shop } from './stage/shop.ts'

const cluster = testCluster()
const chart = resolve('test/fixtures/chart-web')
const signal = new AbortController().signal

/** Runs the helm of PATH as a person would. @throws Error when there is none */
const helm = async (shop: Shop, ...argv: readonly string[]): Promise<string> => {
  const { exitCode, stdout, stderr } = await supervise('helm', [...argv, '--namespace', shop.namespace.name], {
    deadlineMs: 60_000,
    env: { ...process.env, KUBECONFIG: cluster.kubeconfig },
  })
  if (exitCode !== 0) throw new Error(`helm ${argv.join(' ')}: ${stderr}`)
  return stdout
}

const valuesOf = (version: VersionName): readonly string[] => {
  const [repository = '', digest = ''] = cluster.image(version).split('@')
  return ['--set', `image.repository=${repository},image.tag=${version}@${digest}`]
}

const throughHelm = { release: 'web', chart, values: { repository: 'image.repository', tag: 'image.tag' } }

/** A shop that Helm has installed, with a value that somebody gave by hand. */
const installed = async (version: VersionName): Promise<Shop> => {
  const shop = await Shop.serving(cluster, version)
  const { name } = shop.namespace
  // As `helm install` takes over what is there: by its marks.
  const marks = {
    labels: { 'app.kubernetes.io/managed-by': 'Helm' },
    annotations: { 'meta.helm.sh/release-name': 'web', 'meta.helm.sh/release-namespace': name },
  }
  for (const path of [`/apis/apps/v1/namespaces/${name}/deployments/web`, `/api/v1/namespaces/${name}/services/web`])
    await cluster.client.patch(path, { metadata: marks }, { signal, type: 'merge-patch' })
  await helm(shop, 'install', 'web', chart, '--set', 'greeting=moin', ...valuesOf(version), '--wait')
  return shop.configured({ platform: { helm: throughHelm } })
}

/** It is Helm that is looked at here, not the judge. */
const brief = { steps: '100', 'bake-min': '1s', 'bake-max': '3s', 'on-insufficient': 'promote-if-within-tolerance' }

interface Listed {
  readonly revision: number
  readonly status: string
  readonly description: string
}

const history = async (shop: Shop): Promise<readonly Listed[]> =>
  JSON.parse(await helm(shop, 'history', 'web', '--output', 'json')) as readonly Listed[]

interface ReleaseSecret extends KubeObject {
  readonly data: { readonly release: string }
}

/** Gives a revision another state in Helm's own record of it. */
const marked = async (shop: Shop, revision: number, status: string, since: Date): Promise<void> => {
  const path = `/api/v1/namespaces/${shop.namespace.name}/secrets/sh.helm.release.v1.web.v${revision}`
  const { data } = (await cluster.client.get<ReleaseSecret>(path, { signal })) as ReleaseSecret
  const changed = { metadata: { labels: { status } }, data: { release: withStatus(data.release, status, since) } }
  await cluster.client.patch(path, changed, { signal, type: 'merge-patch' })
}

test('a release goes through Helm: by an upgrade that keeps the values, and back to the revision that was recorded', async () => {
  await using shop = await installed('one')
  const traffic = shop.underTraffic(100)
  const { exitCode, outputs, log } = await shop.releases('two', brief)
  expect({ exitCode, ...outputs, log }).toMatchObject({ exitCode: 0, outcome: 'promoted', digest: cluster.digest('two') })
  expect(await shop.state()).toEqual({ stable: 'two', canary: null, weight: 0, lease: 'free' })
  expect(JSON.parse(await helm(shop, 'get', 'values', 'web', '--output', 'json'))).toMatchObject({ greeting: 'moin' })
  expect((await history(shop)).at(-1)).toMatchObject({
    status: 'deployed',
    description: expect.stringContaining(`deploy-kit ${cluster.digest('two')}`),
  })

  expect((await shop.releases('three', brief)).outputs).toMatchObject({ outcome: 'promoted' })
  const back = await shop.starts('auto-rollback', { mode: 'execute', to: cluster.digest('two'), reason: 'three is slow' }, { run: 'back' })
    .ended
  const { lost } = await traffic.stop()
  expect({ ...back.outputs, log: back.log }).toMatchObject({ outcome: 'rolled-back' })
  expect(await shop.state()).toEqual({ stable: 'two', canary: null, weight: 0, lease: 'free' })
  expect((await history(shop)).at(-1)).toMatchObject({ status: 'deployed', description: expect.stringMatching(/^Rollback to \d+$/) })
  expect(lost).toBe(0)
})

test('a Helm release that was left pending is rolled back first, and that is said', async () => {
  await using shop = await installed('one')
  await helm(shop, 'upgrade', 'web', chart, '--reuse-values', '--set', 'greeting=servus')
  // What a helm leaves behind that is killed between its first write and its last, ten minutes ago.
  const tenMinutesAgo = new Date(Date.now() - 600_000)
  await marked(shop, 1, 'deployed', tenMinutesAgo)
  await marked(shop, 2, 'pending-upgrade', tenMinutesAgo)
  expect((await history(shop)).map(({ status }) => status)).toEqual(['deployed', 'pending-upgrade'])

  const traffic = shop.underTraffic(100)
  const { exitCode, outputs, log } = await shop.releases('two', brief)
  await traffic.stop()
  expect({ exitCode, ...outputs, log }).toMatchObject({ exitCode: 0, outcome: 'promoted' })
  expect(log).toContain('The Helm release web was stuck: revision 2 was pending-upgrade')
  expect(log).toContain('It was rolled back to revision 1, the last that was carried out.')
  expect(await shop.state()).toEqual({ stable: 'two', canary: null, weight: 0, lease: 'free' })
})

/** Ids of the helm that works in a namespace now, as a killed runner would take them down with the step. */
const helmsIn = (namespace: string): readonly number[] =>
  readdirSync('/proc').flatMap((id) => {
    try {
      const argv = /^\d+$/.test(id) ? readFileSync(`/proc/${id}/cmdline`, 'utf8').split('\0') : []
      return argv[0] === 'helm' && argv.includes(namespace) ? [Number(id)] : []
    } catch {
      return [] // It has ended in the meantime.
    }
  })

/** A change of the workload by Helm itself. */
const isHelms = ({ method, path }: Passed): boolean =>
  method === 'PATCH' && path.includes('/deployments/web?') && path.includes('fieldManager=helm')

test.each(['before', 'after'] as const)(
  'a runner that dies while helm upgrades, %s its change of the workload, is made good by the rollback job, and the next release goes on',
  async (when) => {
    await using shop = await installed('one')
    await using proxy = await ApiProxy.before(cluster)
    shop.configured({ platform: { helm: throughHelm, 'insecure-skip-tls-verify': true } })
    shop.kubeconfig = proxy.kubeconfig()
    proxy.hold = { when, matches: isHelms }
    const traffic = shop.underTraffic(100)
    const step = shop.startsRelease('two', brief, { run: 'killed' })
    await Promise.race([proxy.held, step.ended.then(({ log }) => Promise.reject(new Error(`it ended before: ${log}`)))])
    step.kill('SIGKILL')
    for (const id of helmsIn(shop.namespace.name)) process.kill(id, 'SIGKILL')
    await step.ended
    expect((await history(shop)).at(-1)).toMatchObject({ status: 'pending-upgrade' })

    shop.kubeconfig = cluster.kubeconfig
    const { outputs, log } = await shop.reconciles('killed')
    expect({ ...outputs, log }).toMatchObject({ outcome: 'reconciled', digest: cluster.digest('two') })
    expect(log).toContain('The Helm release web was stuck: revision 2 was pending-upgrade')
    expect(await shop.state()).toEqual({ stable: 'two', canary: null, weight: 0, lease: 'free' })
    expect((await history(shop)).at(-1)).toMatchObject({
      status: 'deployed',
      description: expect.stringContaining(`deploy-kit ${cluster.digest('two')}`),
    })

    expect((await shop.releases('three', brief)).outputs).toMatchObject({ outcome: 'promoted', digest: cluster.digest('three') })
    const { lost } = await traffic.stop()
    expect(await shop.state()).toEqual({ stable: 'three', canary: null, weight: 0, lease: 'free' })
    expect(JSON.parse(await helm(shop, 'get', 'values', 'web', '--output', 'json'))).toMatchObject({ greeting: 'moin' })
    expect(lost).toBe(0)
  },
)

test('without helm on PATH it ends before anything is touched, and says what to install', async () => {
  await using shop = await installed('one')
  const { exitCode, outputs, log } = await shop.releases('two', {}, { env: { PATH: '/nowhere' } })
  expect({ exitCode, ...outputs, log }).toMatchObject({ exitCode: 1, 'reason-code': 'tool-missing' })
  expect(log).toContain('Install Helm 3')
  expect(await shop.state()).toEqual({ stable: 'one', canary: null, weight: 0, lease: 'free' })
})

test('values that do not reach the image are found before anything is touched', async () => {
  await using shop = await installed('one')
  shop.configured({ platform: { helm: { release: 'web', chart, values: { tag: 'image.tga' } } } })
  const { outputs, log } = await shop.releases('two')
  expect({ ...outputs, log }).toMatchObject({ 'reason-code': 'helm-values-unclear' })
  expect(log).toContain('With image.tga set, the chart gives the container web the image')
})
