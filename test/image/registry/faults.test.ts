import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { array, assert, asyncProperty, boolean, constantFrom, integer, record } from 'fast-check'
import { copyImage, createRegistry, moveTags } from '@deploy-kit/image/registry'
import { digestOf, fakeRegistry, user } from '../../fakes/registry.ts'
import { imageIn, indexIn } from './images.ts'

const faults = array(
  record({
    on: constantFrom(/^HEAD/, /^GET .*manifests/, /^GET .*blobs/, /^POST/, /^PUT .*uploads/, /^PUT .*manifests/),
    status: constantFrom(408, 429, 500, 502, 503, 504, 403, 404, 400),
  }),
  { maxLength: 12 },
)

test('whatever fails on the way, a tag names the whole image or is not there, and what ends well is the image', async () => {
  const temporaryDirectory = await mkdtemp(join(tmpdir(), 'registry-faults-'))
  const clock = { now: () => Date.now(), sleep: () => Promise.resolve() }
  let done = 0
  await assert(
    asyncProperty(faults, integer({ min: 0, max: 3 }), boolean(), boolean(), async (planned, cuts, mounts, storesElsewhere) => {
      const from = await fakeRegistry({ storesElsewhere })
      const to = await fakeRegistry({ guard: 'token', mounts })
      try {
        const images = { 'linux/amd64': imageIn(from, 'shop', ['base', 'amd64']), 'linux/arm64': imageIn(from, 'shop', ['base', 'arm64']) }
        const digest = indexIn(from, 'shop', images, 'v1')
        from.cuts = cuts
        for (const fault of planned) (fault.status % 2 === 0 ? from : to).faults.push(fault)
        const registry = createRegistry({ clock, credentials: async (host) => (host === to.host ? user : undefined) })
        const target = `${to.host}/prod/shop`
        const ended = await copyImage(registry, { from: `${from.host}/shop`, reference: 'v1', to: target, temporaryDirectory })
          .then(() => moveTags(registry, target, digest, ['v1', 'latest']))
          .catch((error: unknown) => error)
        // What was refused for good is one of the errors of a registry, and no other.
        if (ended instanceof Error) expect(ended).toMatchObject({ code: expect.stringMatching(/^registry-/) })
        else done += 1

        const stored = to.manifests.get('prod/shop') ?? new Map<string, { content: Buffer }>()
        for (const tag of ['v1', 'latest']) {
          const named = stored.get(tag)
          if (!(ended instanceof Error)) expect(named).toBeDefined()
          if (named !== undefined) expect(digestOf(named.content)).toBe(digest)
        }
        for (const [key, content] of to.blobs.get('prod/shop') ?? []) expect(digestOf(content)).toBe(key)
        if (stored.has('v1')) for (const child of Object.values(images)) expect(stored.has(child)).toBe(true)
      } finally {
        await from.close()
        await to.close()
      }
    }),
    { numRuns: 30 },
  )
  expect(done).toBeGreaterThan(2)
  await rm(temporaryDirectory, { recursive: true, force: true })
})
