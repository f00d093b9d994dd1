import { expect, test } from '@jest/globals'
import { changesBetween } from '../../../packages/platforms/src/kubernetes/manifests/diff.ts'

const workload = (image: string, env: readonly object[], more: object = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', resourceVersion: '1', generation: 3, annotations: { 'deployment.kubernetes.io/revision': '1', team: 'shop' } },
  spec: { replicas: 2, template: { spec: { containers: [{ name: 'web', image, env, ports: [{ containerPort: 8080 }] }] } }, ...more },
  status: { replicas: 2 },
})

const secret = (data: object) => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'token' }, data })
const map = (text: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm' }, data: { text } })

const image = (digit: string) => workload(`acme/web@sha256:${digit.repeat(64)}`, [])

test('changes are told by the names of what changes, and nothing is told of what the server writes', () => {
  const before = workload('a:1', [
    { name: 'OLD', value: '1' },
    { name: 'KEPT', value: '1' },
  ])
  const after = {
    ...workload('a:2', [{ name: 'KEPT', value: '2' }], { minReadySeconds: 5 }),
    metadata: { name: 'web', resourceVersion: '2', annotations: { team: 'shop', 'deploy-kit.io/release': '{}' } },
    status: {},
  }
  expect(changesBetween(before, after)).toEqual([
    'spec.template.spec.containers[web].image: a:1 -> a:2',
    'spec.template.spec.containers[web].env[OLD]: removed, was {"name":"OLD","value":"1"}',
    'spec.template.spec.containers[web].env[KEPT].value: 1 -> 2',
    'spec.minReadySeconds: added 5',
  ])
})

test('of a Secret is told which key changes, and never a value', () => {
  const told = changesBetween(secret({ a: 'b2xk', gone: 'Z29uZQ==' }), secret({ a: 'bmV3', fresh: 'ZnJlc2g=' }))
  expect(told).toEqual(['data.a: changed (not shown)', 'data.gone: removed (not shown)', 'data.fresh: added (not shown)'])
  expect(told.join()).not.toMatch(/b2xk|bmV3|Z29uZQ|ZnJlc2g/)
})

test('a Secret that had no content before, or has none any more, shows none either', () => {
  const empty = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'token' } }
  const full = { ...empty, data: { a: 'aGlkZGVu' } }
  for (const [before, after] of [
    [empty, full],
    [full, empty],
  ] as const)
    expect(changesBetween(before, after).join()).not.toContain('aGlkZGVu')
})

test('what deploy-kit writes for itself is no change, and digests are short enough to be read', () => {
  const labelled = { ...map('a'), metadata: { name: 'm', labels: { 'deploy-kit.io/app': 'web' } } }
  expect(changesBetween(labelled, map('a'))).toEqual([])
  expect(changesBetween(image('a'), image('b'))).toEqual([
    'spec.template.spec.containers[web].image: acme/web@sha256:aaaaaaaaaaaa… -> acme/web@sha256:bbbbbbbbbbbb…',
  ])
})

test('long values are cut, and the same is no change', () => {
  expect(changesBetween(map('a'.repeat(100)), map('b'))).toEqual([`data.text: ${'a'.repeat(59)}… -> b`])
  expect(changesBetween(map('a'), map('a'))).toEqual([])
})
