import { expect, test } from '@jest/globals'
import { blueprintIn, snapshotName, snapshotObjects } from '../../../packages/platforms/src/kubernetes/snapshots/snapshot-object.ts'
import type { Blueprint } from '../../../packages/platforms/src/kubernetes/snapshots/blueprint.ts'

const place = { app: 'shop', workload: 'web', namespace: 'shop' }
const blueprint = (objects: Blueprint['objects'] = []): Blueprint => ({
  release: { digest: `sha256:${'a'.repeat(64)}`, image: 'acme/shop', environment: { A: '1' }, configuration: '0123456789abcdef' },
  origin: 'manifests',
  workload: { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec: { selector: {}, template: {} } },
  replicas: 3,
  objects,
})
const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' } }
const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'token' }, stringData: { token: 'hidden' } }

test('a release comes out of its snapshot as it went in', () => {
  const [map, ...others] = snapshotObjects(blueprint([service]), place, undefined)
  expect(others).toEqual([])
  expect(map?.immutable).toBe(true)
  expect(blueprintIn(map ?? {}, undefined)).toEqual(blueprint([service]))
})

test('Secrets of manifests are kept in a Secret and nowhere else', () => {
  const [map, kept] = snapshotObjects(blueprint([service, secret]), place, undefined)
  expect(kept).toMatchObject({ kind: 'Secret', immutable: true })
  expect(blueprintIn(map ?? {}, undefined)?.objects).toEqual([service])
  expect(blueprintIn(map ?? {}, kept)).toEqual(blueprint([service, secret]))
})

test('a release has a name of its own, and that of the same image with another configuration is another', () => {
  const { release } = blueprint()
  expect(snapshotName(place, release)).toBe('deploy-kit.shop.web.aaaaaaaaaaaa-0123456789abcdef')
  expect(snapshotName(place, { ...release, configuration: 'fedcba9876543210' })).not.toBe(snapshotName(place, release))
})

test('what does not fit into an object is refused before anything is written', () => {
  // Random text does not become smaller.
  const data = Object.fromEntries(Array.from({ length: 40_000 }, (_, index) => [`k${index}`, Math.sin(index).toString(36)]))
  const large = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'large' }, data }
  expect(() =>
    snapshotObjects(
      blueprint([
        large,
        {
          ...large,
          data: Object.fromEntries(Object.entries(data).map(([k, v]) => [`${k}x`, `${v}${Math.cos(Number(k.slice(1))).toString(36)}`])),
        },
      ]),
      place,
      undefined,
    ),
  ).toThrow(expect.objectContaining({ code: 'snapshot-too-large' }))
})

test('an object that somebody else wrote is no snapshot', () => {
  expect(blueprintIn({ data: { hello: 'world' } }, undefined)).toBeUndefined()
})
