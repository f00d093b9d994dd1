import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { readInputs } from '@deploy-kit/core'
import { buildImage as definition } from '../../../actions/build-image/action.ts'
import { describeBuild } from '../../../packages/release/src/build/described-build.ts'
import type { Source } from '../../../packages/release/src/build/source.ts'
import { loginsOf } from '../../../packages/release/src/registry/logins.ts'
import { FakeHost } from '../../fakes/action-host.ts'
import { push } from '../../image/tags/events.ts'

let workspace: string
beforeAll(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'description-'))
  await writeFile(join(workspace, 'Dockerfile'), 'FROM scratch\n')
})
afterAll(() => rm(workspace, { recursive: true, force: true }))

/** What a step with these inputs would ask of an engine. */
const described = (given: Readonly<Record<string, string>>, host = Object.assign(new FakeHost(), { workspace })) => {
  const inputs = readInputs(definition.inputs, (name) => given[name] ?? '')
  const event = push('main')
  const source: Source = { name: 'shop', revision: event.sha, url: undefined, epoch: event.commitTime / 1000, event, isPublic: true }
  return describeBuild(inputs, source, host)
}
const pushed = { images: 'ghcr.io/acme/shop', push: 'true' }

describe('before anything is started, it is refused that', () => {
  test.each<[string, Readonly<Record<string, string>>, string, RegExp]>([
    [
      'a context is an address, which an engine would clone without the checkout',
      { context: 'https://github.com/acme/shop.git' },
      'build-request-invalid',
      /`context`: .* is an address/,
    ],
    ['a platform is one word', { platforms: 'arm64' }, 'build-request-invalid', /arm64/],
    ['a platform stands twice', { platforms: 'linux/amd64\nlinux/amd64' }, 'build-request-invalid', /twice/],
    [
      'several platforms shall go into Docker',
      { platforms: 'linux/amd64,linux/arm64', load: 'true' },
      'build-request-invalid',
      /`load` takes one platform/,
    ],
    ['a cache is of no known kind', { 'build-cache': 'ghost' }, 'build-request-invalid', /`build-cache`: `ghost` is no cache/],
    ['a cache in BuildKit words is of no known kind', { 'cache-from': 'type=ghost' }, 'build-request-invalid', /`cache-from`: .*type=gha/],
    ['a secret has no id', { secrets: 'my key=x' }, 'build-request-invalid', /`my key` is no id/],
    ['a secret comes from nowhere', { 'secret-envs': 'token=NOT_SET_HERE' }, 'secret-missing', /NOT_SET_HERE/],
    ['a secret stands twice', { secrets: 'token=a', 'secret-files': 'token=b' }, 'build-request-invalid', /given twice/],
    ['a hash of the content is none', { ...pushed, 'content-hash': 'dk-1' }, 'build-request-invalid', /64 hexadecimal/],
    ['a host has no address', { hosts: 'db.test' }, 'build-request-invalid', /host:address/],
    ['a budget is no size', { 'size-budget': 'small' }, 'input-invalid', /small/],
    ['a push has no registry', { push: 'true' }, 'push-target-missing', /`images`/],
    ['a tag is none', { ...pushed, tags: 'type=semver' }, 'tag-rule-invalid', /semver/],
    ['an index is annotated that there is not', { annotations: 'index:a=b' }, 'build-request-invalid', /`index:a` is about an index/],
    ['a key stands without its `sign`', { 'sign-key': 'cosign.key' }, 'build-request-invalid', /`sign` is false/],
    ['a signature lacks its key', { sign: 'key' }, 'build-request-invalid', /needs `sign-key`/],
  ])('%s', (_what, inputs, code, words) => {
    expect(() => described(inputs)).toThrow(expect.objectContaining({ code, message: expect.stringMatching(words) }))
  })

  test.each<[string, Readonly<Record<string, string>>, RegExp]>([
    ['a name stands without a password', { 'registry-username': 'kit' }, /without `registry-password`/],
    ['a login is no name:password', { 'registry-logins': 'ghcr.io=secret' }, /not name:password/],
    ['an identity is of no known kind', { 'registry-identities': 'ghcr.io,magic' }, /is no login/],
    ['an identity lacks what it needs', { 'registry-identities': 'docker.io,docker-hub,organization=acme' }, /needs connection=/],
    [
      'there are two logins for one registry',
      { 'registry-logins': 'ghcr.io=a:b', 'registry-username': 'kit', 'registry-password': 'x' },
      /two logins for ghcr\.io/,
    ],
  ])('%s', (_what, given, words) => {
    const inputs = readInputs(definition.inputs, (name) => given[name] ?? '')
    expect(() => loginsOf(inputs, ['ghcr.io/acme/shop'], {})).toThrow(
      expect.objectContaining({ code: 'build-request-invalid', message: expect.stringMatching(words) }),
    )
  })
})

test('secrets of several lines are read as CSV reads them, and each is masked', () => {
  const host = Object.assign(new FakeHost(), { workspace })
  const { request } = described({ secrets: 'token=abc=def\n"key=first ""line""\nsecond line"' }, host)
  expect(request.secrets).toEqual([
    { id: 'token', from: { kind: 'value', value: 'abc=def' } },
    { id: 'key', from: { kind: 'value', value: 'first "line"\nsecond line' } },
  ])
  expect(host.masked).toEqual(['abc=def', 'first "line"\nsecond line'])
})

test('short caches are written out, with a scope of the image, and fail nothing unless that is asked for', () => {
  const cache = 'gha\nregistry\nlocal,dest=/tmp/c\ninline'
  const { request } = described({ ...pushed, 'build-cache': cache, 'cache-from': 'ghcr.io/acme/other:cache' })
  expect(request.cache).toEqual({
    from: [
      'type=gha,scope=ghcr.io-acme-shop',
      'type=registry,ref=ghcr.io/acme/shop:buildcache',
      'type=local,src=/tmp/c',
      'type=registry,ref=ghcr.io/acme/shop',
      'type=registry,ref=ghcr.io/acme/other:cache',
    ],
    to: [
      'type=gha,scope=ghcr.io-acme-shop,mode=max,ignore-error=true',
      'type=registry,ref=ghcr.io/acme/shop:buildcache,mode=max,ignore-error=true',
      'type=local,dest=/tmp/c,mode=max,ignore-error=true',
      'type=inline',
    ],
  })
  expect(described({ ...pushed, 'build-cache': 'gha', 'cache-errors': 'fail' }).request.cache?.to).toEqual([
    'type=gha,scope=ghcr.io-acme-shop,mode=max',
  ])
})

test.each([
  ['ghcr.io/acme/shop', 'max', true],
  ['acme/shop', 'max', true],
  ['123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop', 'off', false],
  ['acme.azurecr.io/shop', 'off', false],
])('attestations by themselves go where they are known to be taken: %s', (images, provenance, sbom) => {
  const { request } = described({ images, push: 'true', provenance: 'auto', sbom: 'auto' })
  expect(request).toMatchObject({ provenance, sbom })
})

test('without a word about it there is no attestation, since its time of build would change the digest', () => {
  expect(described(pushed).request).toMatchObject({ provenance: 'off', sbom: false })
})

test('the digest alone is enough to give tags, and the rest of the build stays unsaid', () => {
  const digest = `sha256:${'a'.repeat(64)}`
  expect(described({ images: 'ghcr.io/acme/shop', digest, tags: 'v1' }).naming.references).toEqual(['ghcr.io/acme/shop:v1'])
  expect(() => described({ images: 'ghcr.io/acme/shop', digest, tags: 'type=edge,branch=other' })).toThrow(
    expect.objectContaining({ code: 'image-tags-empty' }),
  )
})
