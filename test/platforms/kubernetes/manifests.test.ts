import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import type { KubeObject } from '../../../packages/platforms/src/kubernetes/api/index.ts'
import { inOrder, isNeededByPods, isNeverPruned, isRoute } from '../../../packages/platforms/src/kubernetes/manifests/order.ts'
import { readManifests } from '../../../packages/platforms/src/kubernetes/manifests/read-manifests.ts'
import { readSources, type ManifestInputs } from '../../../packages/platforms/src/kubernetes/manifests/sources.ts'
import { stripped } from '../../../packages/platforms/src/kubernetes/manifests/stripped.ts'
import { workloadOf } from '../../../packages/platforms/src/kubernetes/manifests/workload-of.ts'

const signal = new AbortController().signal
const inputs: ManifestInputs = {
  standardInput: async () => 'kind: ConfigMap\napiVersion: v1\nmetadata: {name: piped}\n',
  kustomize: async (directory) => `# built of ${directory}\nkind: ConfigMap\napiVersion: v1\nmetadata: {name: built}\n`,
}

const directoryWith = (files: Readonly<Record<string, string>>): string => {
  const directory = mkdtempSync(join(tmpdir(), 'dk-manifests-'))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(directory, name, '..'), { recursive: true })
    writeFileSync(join(directory, name), text)
  }
  return directory
}
const read = (text: string) => readManifests([{ file: 'app.yaml', text }])
const fault = (text: string): unknown => {
  try {
    read(text)
    return 'no fault'
  } catch (error) {
    return error
  }
}
const map = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`

const deployment = (name: string, namespace = ''): string =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ${name}${namespace && `, namespace: ${namespace}`}}\nspec: {selector: {matchLabels: {app: x}}, template: {spec: {containers: [{name: x}]}}}\n`

const object = (kind: string, apiVersion = 'v1'): KubeObject => ({ apiVersion, kind, metadata: { name: kind.toLowerCase() } })

describe('reading manifests', () => {
  // Azure/k8s-deploy keeps only what has a `.spec` after `yaml.load`, and throws on an empty document.
  test('documents, empty documents, comments, lists and a trailing line of dashes: nothing is lost', () => {
    const list = `apiVersion: v1\nkind: List\nitems:\n  - {apiVersion: v1, kind: Secret, metadata: {name: in-list}}\n  - apiVersion: rbac.authorization.k8s.io/v1\n    kind: RoleList\n    items: [{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: in-inner-list}}]\n`
    const found = read(`---\n---\n# nothing here\n---\n${map('one')}---\n${list}---\n`)
    expect(found.map(({ object: { kind, metadata } }) => `${kind}/${metadata?.name}`)).toEqual([
      'ConfigMap/one',
      'Secret/in-list',
      'Role/in-inner-list',
    ])
  })

  test('numbers and words mean what they mean to kubectl', () => {
    const [found] = read(`${map('one')}mode: 0644\nyes: yes\nday: 2001-01-01\nratio: 12:30\ndata: {on: "on"}\n`)
    expect(found?.object).toMatchObject({ mode: 420, day: '2001-01-01', ratio: '12:30' })
  })

  test('anchors and merge keys are followed', () => {
    const [found] = read(`${map('one')}base: &base {a: 1, b: 2}\nmerged: {<<: *base, b: 3}\n`)
    expect(found?.object).toMatchObject({ merged: { a: 1, b: 3 } })
  })

  test.each([
    [
      'a value without quotes in a label',
      `${map('one')}---\napiVersion: v1\nkind: Service\nmetadata:\n  name: web\n  labels:\n    version: 1.0\n`,
      'app.yaml:10:14',
      'metadata.labels.version: expected text',
    ],
    ['no kind', 'apiVersion: v1\nmetadata: {name: web}\n', 'app.yaml:1:1', 'kind: is missing'],
    [
      'a name that is generated',
      'apiVersion: v1\nkind: Job\nmetadata:\n  generateName: migrate-\n',
      'app.yaml:4:3',
      '`generateName` will not do',
    ],
    ['no YAML', 'apiVersion: v1\nkind: [Service\n', 'app.yaml:3:1', 'not YAML'],
    ['the same object twice', `${map('one')}---\n${map('one')}`, 'app.yaml:5:1', 'a second time; it stands at app.yaml:1:1'],
    ['an item of a list', 'apiVersion: v1\nkind: List\nitems:\n  - apiVersion: v1\n    kind: Service\n', 'app.yaml:4:5', 'metadata'],
    ['text where an object should be', 'just a line\n', 'app.yaml:1:1', 'expected an object with apiVersion, kind and metadata'],
  ])('%s is refused at its line', (_, text, where, message) => {
    expect(fault(text)).toMatchObject({ code: 'manifests-invalid', where, message: expect.stringContaining(message) })
  })
})

describe('where manifests come from', () => {
  test('a directory gives its files by name and not those below, a kustomization is built, - is standard input', async () => {
    const directory = directoryWith({
      'b.yml': 'b',
      'a.yaml': 'a',
      'c.json': 'c',
      'readme.md': 'x',
      'below/d.yaml': 'd',
      'overlay/kustomization.yaml': '',
    })
    const texts = await readSources([directory, join(directory, 'below', 'd.yaml'), join(directory, 'overlay'), '-'], inputs, signal)
    expect(texts.map(({ file, text }) => [file.replace(directory, ''), text.split('\n')[0]])).toEqual([
      ['/a.yaml', 'a'],
      ['/b.yml', 'b'],
      ['/c.json', 'c'],
      ['/below/d.yaml', 'd'],
      ['/overlay (kustomize)', `# built of ${join(directory, 'overlay')}`],
      ['<stdin>', 'kind: ConfigMap'],
    ])
  })

  test.each([
    ['a path that is not there', 'nowhere', 'cannot be read'],
    ['a directory without manifests', directoryWith({ 'readme.md': '' }), 'holds no .yaml, .yml or .json'],
  ])('%s is refused', async (_, source, message) => {
    await expect(readSources([source], inputs, signal)).rejects.toMatchObject({
      code: 'manifests-invalid',
      message: expect.stringContaining(message),
    })
  })
})

describe('the workload among manifests', () => {
  test('is told from the rest by kind, name and namespace', () => {
    const all = read([deployment('web', 'other'), deployment('web'), deployment('worker'), map('config')].join('---\n'))
    const { workload, others } = workloadOf(all, 'deployment/web', 'shop')
    expect(workload.where).toBe('app.yaml:6:1')
    expect(others).toHaveLength(3)
  })

  test('one that is not there is refused with those that are', () => {
    expect(() => workloadOf(read(deployment('worker')), 'deployment/web', 'shop')).toThrow(
      /no deployment\/web .* Deployment worker \(app\.yaml:1:1\)/,
    )
  })
})

describe('what becomes of an object', () => {
  test('each finds what it stands upon', () => {
    const kinds = [
      'HTTPRoute',
      'Service',
      'Job',
      'RoleBinding',
      'ConfigMap',
      'ServiceAccount',
      'Role',
      'CustomResourceDefinition',
      'Namespace',
    ]
    expect(inOrder(kinds.map((kind) => object(kind))).map(({ kind }) => kind)).toEqual([
      'Namespace',
      'CustomResourceDefinition',
      'ServiceAccount',
      'Role',
      'RoleBinding',
      'ConfigMap',
      'Service',
      'HTTPRoute',
      'Job',
    ])
  })

  test.each([
    [object('ServiceAccount'), true],
    [object('Role', 'rbac.authorization.k8s.io/v1'), true],
    [object('PersistentVolumeClaim'), true],
    [object('ExternalSecret', 'external-secrets.io/v1'), true],
    // These would be felt by what runs, or by its callers.
    [object('Service'), false],
    [object('NetworkPolicy', 'networking.k8s.io/v1'), false],
    [object('HorizontalPodAutoscaler', 'autoscaling/v2'), false],
    [object('HTTPRoute', 'gateway.networking.k8s.io/v1'), false],
    [object('Job', 'batch/v1'), false],
    [object('Anything', 'example.com/v1'), false],
  ])('before the canary only what its pods need, and nothing that stable would feel: %j', (given, needed) => {
    expect(isNeededByPods(given)).toBe(needed)
  })

  test('routes wait for the end of the canary, and data is never removed', () => {
    expect(
      [
        object('HTTPRoute', 'gateway.networking.k8s.io/v1'),
        object('VirtualService', 'networking.istio.io/v1'),
        object('Ingress', 'networking.k8s.io/v1'),
      ].every(isRoute),
    ).toBe(true)
    expect(
      [object('PersistentVolumeClaim'), object('Namespace'), object('CustomResourceDefinition', 'apiextensions.k8s.io/v1')].every(
        isNeverPruned,
      ),
    ).toBe(true)
    expect([object('Service'), object('ConfigMap')].some((each) => isRoute(each) || isNeverPruned(each))).toBe(false)
  })

  test('what a server wrote into an exported file is left out', () => {
    const exported = {
      ...object('Service'),
      metadata: {
        name: 'web',
        uid: '1',
        resourceVersion: '7',
        annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}', team: 'shop' },
        managedFields: [{}],
      },
      status: { loadBalancer: {} },
    }
    expect(stripped(exported)).toEqual({ ...object('Service'), metadata: { name: 'web', annotations: { team: 'shop' } } })
  })
})
