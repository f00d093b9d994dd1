import { describe, expect, test } from '@jest/globals'
import type { Pod } from '../../../packages/platforms/src/kubernetes/objects/models.ts'
import { isReady, runningDigestOf } from '../../../packages/platforms/src/kubernetes/workload/pods.ts'

const one = `sha256:${'1'.repeat(64)}`
const two = `sha256:${'2'.repeat(64)}`

const pod = (image: string, imageID: string, sidecar = `acme/proxy@sha256:${'f'.repeat(64)}`): Pod =>
  ({
    // A mesh puts its proxy before the program.
    spec: {
      containers: [
        { name: 'proxy', image: sidecar },
        { name: 'web', image },
      ],
    },
    status: {
      containerStatuses: [
        { name: 'proxy', imageID: sidecar },
        { name: 'web', imageID },
      ],
    },
  }) as unknown as Pod

describe('the digest that a pod runs', () => {
  test.each<[string, string, string, string | undefined]>([
    ['as containerd and CRI-O say it', `acme/web@${one}`, `registry.test/acme/web@${one}`, one],
    ['as Docker says it', 'acme/web:1', `docker-pullable://acme/web@${one}`, one],
    ['of a pinned image, where the runtime has an id of its own', `acme/web@${one}`, `docker://${two}`, one],
    ['of a pinned image, where the runtime says the id of its configuration', `acme/web@${one}`, two, one],
    ['of a pinned image that has not been reported yet', `acme/web@${one}`, '', one],
    ['is what runs, not what was asked for', `acme/web@${one}`, `acme/web@${two}`, two],
    ['of a tag, where the runtime has an id of its own, is not known', 'acme/web:1', two, undefined],
    ['of a tag, where Docker has an id of its own, is not known', 'acme/web:1', `docker://${two}`, undefined],
  ])('%s', (_name, image, imageID, expected) => {
    expect(runningDigestOf([pod(image, imageID)], 'web')).toBe(expected)
  })

  test('is verified only when all ready pods run the same', () => {
    const first = pod(`acme/web@${one}`, `acme/web@${one}`)
    expect(runningDigestOf([first, first], 'web')).toBe(one)
    expect(runningDigestOf([first, pod(`acme/web@${one}`, `acme/web@${two}`)], 'web')).toBeUndefined()
    expect(runningDigestOf([first, pod('acme/web:1', '')], 'web')).toBeUndefined()
    expect(runningDigestOf([], 'web')).toBeUndefined()
  })
})

test('a pod on its way out is not ready, whatever it says', () => {
  const ready = { status: { conditions: [{ type: 'Ready', status: 'True' }] } } as unknown as Pod
  expect(isReady(ready)).toBe(true)
  expect(isReady({ ...ready, metadata: { deletionTimestamp: 'now' } })).toBe(false)
  expect(isReady({ status: { conditions: [{ type: 'Ready', status: 'False' }] } })).toBe(false)
})
