import { describe, expect, test } from '@jest/globals'
import { parseTag } from '@deploy-kit/image'
import { createRegistry, logIn, moveTags } from '@deploy-kit/image/registry'
import { fakeRegistry, user } from '../fakes/registry.ts'
import { isSigned } from '../fakes/sigv4.ts'
import { loopback } from '../fakes/loopback.ts'
import { imageIn } from './registry/images.ts'
import { pull, push, pushTag, tagsFor } from './tags/events.ts'

const mistaken = () => Promise.resolve({ ...user, password: 'wrong' })

/** Faults of other actions that were seen in their code or their runs, each by its name, and what happens here in its place. */
describe('a fault of a peer does not happen here:', () => {
  describe('docker/metadata-action makes references that no registry takes, and ends well', () => {
    test.each([
      ['a branch of 150 characters', push('x'.repeat(150))],
      ['a branch that begins with a dash', push('-lead')],
      ['a branch that begins with a dot', push('.dot')],
    ])('%s', (_fault, event) => {
      const { references, notices } = tagsFor(event)
      expect(references).toHaveLength(1)
      for (const reference of references) expect(parseTag(reference).tag).toMatch(/^\w[\w.-]{0,127}$/)
      expect(notices).toHaveLength(1)
    })

    test('an empty expression before a dash, on a pull request: `:-860c190`', () => {
      expect(tagsFor(pull(), ['type=raw,value={{branch}}-{{sha}}']).names).toEqual(['860c190'])
    })

    test('no tag at all, after which a push pushes nothing useful', () => {
      expect(() => tagsFor(push('main'), ['type=semver,pattern={{version}}'], { push: true })).toThrow(
        expect.objectContaining({ code: 'image-tags-empty' }),
      )
    })

    test('`created` is the time of the build, so that no two builds of a commit are the same', () => {
      const event = pushTag('v1.2.3')
      const later = { ...event, now: event.now + 3_600_000 }
      expect(tagsFor(later).labels).toEqual(tagsFor(event).labels)
    })
  })

  test('redhat-actions/buildah-build writes tags in lower case, though `V1` and `v1` are two', () => {
    expect(tagsFor(pushTag('V1-RC1')).names).toEqual(['V1-RC1', 'latest'])
  })

  test('docker/login-action says "Login Succeeded!" to a login that failed without a word', async () => {
    const registry = await fakeRegistry({ guard: 'basic' })
    try {
      await expect(createRegistry({ credentials: mistaken }).signIn(registry.host)).rejects.toMatchObject({ code: 'registry-denied' })
    } finally {
      await registry.close()
    }
  })

  test('docker/login-action masks the user name of ECR, and stars out `AWS` in the whole log', async () => {
    const ecr = await loopback(async (request, response) => {
      const parts: Buffer[] = []
      for await (const part of request) parts.push(part as Buffer)
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
      if (!isSigned({ method: 'POST', path: '/', headers, body: Buffer.concat(parts).toString() }, 'secret')) throw new Error('not signed')
      response.end(JSON.stringify({ authorizationData: [{ authorizationToken: Buffer.from('AWS:password').toString('base64') }] }))
    })
    try {
      const masked: string[] = []
      const environment = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' }
      const ports = {
        identityToken: () => Promise.reject(new Error('not needed')),
        mask: (secret: string) => void masked.push(secret),
        environment,
      }
      await logIn({ registry: '123456789012.dkr.ecr.eu-central-1.amazonaws.com', kind: 'aws' }, ports, { ecr: ecr.url })
      expect(masked).toContain('password')
      expect(masked).not.toContain('AWS')
    } finally {
      await ecr.close()
    }
  })

  test('docker/build-push-action tries a registry that answers 502 once, and gives up', async () => {
    const registry = await fakeRegistry()
    try {
      const digest = imageIn(registry, 'shop', ['layer'])
      registry.faults.push({ on: /PUT/, status: 502 }, { on: /PUT/, status: 503 })
      await moveTags(createRegistry({ clock: { now: () => 0, sleep: () => Promise.resolve() } }), `${registry.host}/shop`, digest, ['v1'])
      expect(registry.manifests.get('shop')?.has('v1')).toBe(true)
    } finally {
      await registry.close()
    }
  })
})
