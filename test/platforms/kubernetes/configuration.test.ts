import { describe, expect, test } from '@jest/globals'
import { copyOf, isCopied, type Configuration } from '../../../packages/platforms/src/kubernetes/configuration/copies.ts'
import { copiesIn, pinned, unpinned } from '../../../packages/platforms/src/kubernetes/configuration/pin.ts'
import { referencesOf } from '../../../packages/platforms/src/kubernetes/configuration/references.ts'
import type { PodTemplate } from '../../../packages/platforms/src/kubernetes/objects/models.ts'

const owner = { app: 'shop', workload: 'web', namespace: 'shop' }

const copyName = (object: Configuration): string | undefined =>
  copyOf(object, { kind: 'ConfigMap', name: 'colours', optional: false, by: '' }, owner).metadata?.name

/** A template that reads configuration in every way there is. */
const template: PodTemplate = {
  metadata: { labels: { app: 'web' } },
  spec: {
    imagePullSecrets: [{ name: 'pull' }],
    initContainers: [{ name: 'migrate', image: 'm', envFrom: [{ secretRef: { name: 'database' } }] }],
    containers: [
      {
        name: 'web',
        image: 'w',
        env: [
          { name: 'PLAIN', value: '1' },
          { name: 'COLOUR', valueFrom: { configMapKeyRef: { name: 'colours', key: 'main' } } },
          { name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'tokens', key: 't', optional: true } } },
          { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
        ],
        envFrom: [{ prefix: 'F_', configMapRef: { name: 'flags' } }],
      },
    ],
    volumes: [
      { name: 'files', configMap: { name: 'files', defaultMode: 420, items: [{ key: 'a', path: 'b' }] } },
      { name: 'keys', secret: { secretName: 'keys' } },
      {
        name: 'all',
        projected: {
          sources: [{ configMap: { name: 'colours' } }, { secret: { name: 'keys' } }, { serviceAccountToken: { path: 'token' } }],
        },
      },
      { name: 'scratch', emptyDir: {} },
    ],
  },
}

const objects = new Map<string, Configuration>([
  ['ConfigMap/colours', { data: { main: 'red' }, binaryData: { icon: 'AAEC' } }],
  ['ConfigMap/flags', { data: { F: '1' } }],
  ['ConfigMap/files', { data: { a: 'x' } }],
  ['Secret/database', { type: 'Opaque', data: { url: 'cG9zdGdyZXM=' } }],
  ['Secret/keys', { type: 'Opaque', data: { k: 'aw==' } }],
])
const source = async ({ kind, name }: { readonly kind: string; readonly name: string }): Promise<Configuration | undefined> =>
  objects.get(`${kind}/${name}`)

describe('what a template reads', () => {
  test('is found in variables, envFrom, volumes, projected volumes and init containers; pull secrets are left out', () => {
    expect(referencesOf(template).map(({ kind, name, optional }) => `${kind}/${name}${optional ? '?' : ''}`)).toEqual([
      'ConfigMap/colours',
      'Secret/tokens?',
      'ConfigMap/flags',
      'Secret/database',
      'ConfigMap/files',
      'Secret/keys',
    ])
  })

  test('one reader that cannot do without makes it needed', () => {
    const volumes = [{ name: 't', secret: { secretName: 'tokens' } }]
    expect(
      referencesOf({ spec: { ...template.spec, containers: template.spec?.containers ?? [], volumes } }).find(
        ({ name }) => name === 'tokens',
      ),
    ).toMatchObject({
      optional: false,
      by: 'volume t',
    })
  })
})

describe('a release with its configuration', () => {
  test('reads copies under the hash of their content, and everything else of the template stays', async () => {
    const { template: result, copies, missing } = await pinned(template, source, owner)
    const nameOf = (kind: string, name: string): string =>
      copies.find((copy) => copy.kind === kind && copy.metadata?.name?.startsWith(`${name}-`) === true)?.metadata?.name ?? ''
    expect(missing).toEqual([])
    expect(copies.every((copy) => copy.immutable === true && /-[0-9a-f]{10}$/.test(copy.metadata?.name ?? ''))).toBe(true)
    const [web] = result.spec?.containers ?? []
    expect(web?.env?.[1]?.valueFrom?.configMapKeyRef).toEqual({ name: nameOf('ConfigMap', 'colours'), key: 'main' })
    expect(web?.env?.[2]).toEqual(template.spec?.containers[0]?.env?.[2])
    expect(result.spec?.volumes?.[0]).toEqual({
      name: 'files',
      configMap: { name: nameOf('ConfigMap', 'files'), defaultMode: 420, items: [{ key: 'a', path: 'b' }] },
    })
    expect(result.spec?.volumes?.[2]?.projected?.sources).toEqual([
      { configMap: { name: nameOf('ConfigMap', 'colours') } },
      { secret: { name: nameOf('Secret', 'keys') } },
      { serviceAccountToken: { path: 'token' } },
    ])
    expect(result.spec?.imagePullSecrets).toEqual([{ name: 'pull' }])
    expect(copiesIn(result)).toHaveLength(copies.length)
  })

  test('finds its way back to the names that its owners wrote, and pinning twice is pinning once', async () => {
    const once = await pinned(template, source, owner)
    expect(referencesOf(unpinned(once.template))).toEqual(referencesOf(template))
    expect((await pinned(once.template, source, owner)).template).toEqual(once.template)
  })

  // Flagger hashes `data` alone (ConfigTracker), so a changed binary file went unseen.
  test.each([
    ['data', { data: { main: 'blue' }, binaryData: { icon: 'AAEC' } }],
    ['binaryData', { data: { main: 'red' }, binaryData: { icon: 'AAED' } }],
  ])('another content in %s is another copy', (_, changed) => {
    expect(copyName(changed)).not.toBe(copyName(objects.get('ConfigMap/colours') ?? {}))
  })

  test('a Secret of a file and the same one of the server are one content', () => {
    const reference = { kind: 'Secret', name: 'tokens', optional: false, by: '' } as const
    expect(copyOf({ stringData: { t: 'hidden' } }, reference, owner)).toEqual(
      copyOf({ type: 'Opaque', data: { t: Buffer.from('hidden').toString('base64') } }, reference, owner),
    )
  })

  test('copies are never shared by two workloads, and their names stay within what the server takes', () => {
    const reference = { kind: 'ConfigMap', name: 'c'.repeat(253), optional: false, by: '' } as const
    const [mine, other] = [owner, { ...owner, workload: 'worker' }].map(
      (each) => copyOf({ data: { a: '1' } }, reference, each).metadata?.name,
    )
    expect(mine).not.toBe(other)
    expect(mine).toHaveLength(253)
  })

  test('what is needed and nowhere to be found is told, with its reader', async () => {
    const { missing } = await pinned(template, async (reference) => (reference.name === 'flags' ? undefined : source(reference)), owner)
    expect(missing).toEqual([{ kind: 'ConfigMap', name: 'flags', optional: false, by: 'container web, envFrom' }])
  })

  test.each([
    ['a certificate, which is renewed in place', { kind: 'Secret', type: 'kubernetes.io/tls', metadata: { name: 'tls' } }],
    [
      'what cert-manager renews',
      { kind: 'Secret', type: 'Opaque', metadata: { name: 'ca', annotations: { 'cert-manager.io/certificate-name': 'ca' } } },
    ],
    ["the cluster's own certificates", { kind: 'ConfigMap', metadata: { name: 'kube-root-ca.crt' } }],
    ['what its owner wants live', { kind: 'ConfigMap', metadata: { name: 'flags', annotations: { 'deploy-kit.io/pin': 'false' } } }],
  ])('%s is read as it is', (_, object) => {
    expect(isCopied(object)).toBe(false)
  })
})
