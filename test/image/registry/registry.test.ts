import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from '@jest/globals'
import { createRegistry, copyImage, moveTags, type RegistryOptions, type Registry } from '@deploy-kit/image/registry'
import { ManualClock } from '../../fakes/manual-clock.ts'
import { digestOf, fakeRegistry, user, type FakeRegistry } from '../../fakes/registry.ts'
import { imageIn, indexIn } from './images.ts'

const open: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

const started = async (options: Parameters<typeof fakeRegistry>[0] = {}): Promise<FakeRegistry> => {
  const registry = await fakeRegistry(options)
  open.push(() => registry.close())
  return registry
}

class Pauses extends ManualClock {
  readonly all: number[] = []
  override async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.all.push(ms)
    await super.sleep(ms, signal)
  }
}

const clientOf = (options: RegistryOptions = {}): Registry => createRegistry({ clock: new Pauses(), random: () => 0, ...options })
const asUser: RegistryOptions = { credentials: () => Promise.resolve(user) }
const directory = async (): Promise<string> => {
  const made = await mkdtemp(join(tmpdir(), 'registry-'))
  open.push(() => rm(made, { recursive: true, force: true }))
  return made
}
const refreshing = () => Promise.resolve({ kind: 'identity-token', token: 'refresh' } as const)
const mistaken = () => Promise.resolve({ kind: 'password', username: 'kit', password: 'hunter2-wrong' } as const)
const never = () => Promise.reject(new Error('content was asked for'))
const blobOf = (content: string) => ({ mediaType: 'application/octet-stream', digest: digestOf(content), size: Buffer.byteLength(content) })

describe('reading', () => {
  test('a tag is found with its digest, type and size, without its content', async () => {
    const registry = await started()
    const digest = imageIn(registry, 'acme/shop', ['layer'], 'v1')
    expect(await clientOf().find(`${registry.host}/acme/shop`, 'v1')).toEqual({
      digest,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      size: registry.manifests.get('acme/shop')?.get('v1')?.content.length,
    })
    expect(registry.asked).toEqual(['HEAD /v2/acme/shop/manifests/v1'])
  })

  test('what is not there is not found, and that is no error', async () => {
    const registry = await started()
    expect(await clientOf().find(`${registry.host}/acme/shop`, 'v9')).toBeUndefined()
  })

  test('to read what is not there is one, in the words of the registry', async () => {
    const registry = await started()
    await expect(clientOf().manifest(`${registry.host}/acme/shop`, 'v9')).rejects.toMatchObject({
      code: 'registry-not-found',
      message: `${registry.host} answered with status 404 when it was asked for the manifest v9 of ${registry.host}/acme/shop: MANIFEST_UNKNOWN manifest unknown`,
    })
  })

  test('a blob that is stored elsewhere is fetched there, without credentials', async () => {
    const registry = await started({ guard: 'token', storesElsewhere: true })
    imageIn(registry, 'shop', ['a large layer'])
    const path = join(await directory(), 'layer')
    await clientOf(asUser).downloadBlob(`${registry.host}/shop`, blobOf('a large layer'), path)
    expect(await readFile(path, 'utf8')).toBe('a large layer')
  })

  test('a download that breaks off begins anew', async () => {
    const registry = await started()
    imageIn(registry, 'shop', ['a large layer'])
    registry.cuts = 2
    const path = join(await directory(), 'layer')
    await clientOf().downloadBlob(`${registry.host}/shop`, blobOf('a large layer'), path)
    expect(await readFile(path, 'utf8')).toBe('a large layer')
  })

  test('content that is not what its digest says is refused, whichever way it is read', async () => {
    const registry = await started()
    const digest = imageIn(registry, 'shop', ['a layer'], 'v1')
    registry.forges = true
    const name = `${registry.host}/shop`
    const wrong = expect.objectContaining({ code: 'registry-content-invalid' })
    const path = join(await directory(), 'layer')
    await expect(clientOf().manifest(name, 'v1')).rejects.toEqual(wrong)
    await expect(clientOf().manifest(name, digest)).rejects.toEqual(wrong)
    await expect(clientOf().readBlob(name, blobOf('a layer'))).rejects.toEqual(wrong)
    await expect(clientOf().downloadBlob(name, blobOf('a layer'), path)).rejects.toEqual(wrong)
    expect(registry.asked).toHaveLength(4)
  })
})

describe('who asks', () => {
  test('is shown by a token for just what is done', async () => {
    const registry = await started({ guard: 'token' })
    imageIn(registry, 'acme/shop', ['layer'], 'v1')
    await clientOf(asUser).find(`${registry.host}/acme/shop`, 'v1')
    expect(registry.asked).toEqual([
      'HEAD /v2/acme/shop/manifests/v1',
      'TOKEN repository:acme/shop:pull',
      'HEAD /v2/acme/shop/manifests/v1',
    ])
  })

  test('a token serves until shortly before it expires', async () => {
    const registry = await started({ guard: 'token', tokenLife: 300 })
    imageIn(registry, 'shop', ['layer'], 'v1')
    const clock = new Pauses()
    const client = clientOf({ ...asUser, clock })
    const look = async (): Promise<number> => {
      await client.find(`${registry.host}/shop`, 'v1')
      return registry.asked.filter((line) => line.startsWith('TOKEN')).length
    }
    expect(await look()).toBe(1)
    clock.time += 289_000
    expect(await look()).toBe(1)
    clock.time += 2_000
    expect(await look()).toBe(2)
  })

  test('requests at the same time share one token, and one that is refused is replaced once', async () => {
    const registry = await started({ guard: 'token' })
    imageIn(registry, 'shop', ['layer'], 'v1')
    const client = clientOf(asUser)
    const together = (): Promise<unknown> => Promise.all(Array.from({ length: 5 }, () => client.find(`${registry.host}/shop`, 'v1')))
    const tokens = (): number => registry.asked.filter((line) => line.startsWith('TOKEN')).length
    await together()
    expect(tokens()).toBe(1)
    registry.revoke()
    await together()
    expect(tokens()).toBe(2)
  })

  test('may have a refresh token instead of a password', async () => {
    const registry = await started({ guard: 'token' })
    imageIn(registry, 'shop', ['layer'], 'v1')
    expect(await clientOf({ credentials: refreshing }).find(`${registry.host}/shop`, 'v1')).toBeDefined()
  })

  test('or says it by Basic, where the registry wants that', async () => {
    const registry = await started({ guard: 'basic' })
    imageIn(registry, 'shop', ['layer'], 'v1')
    expect(await clientOf(asUser).find(`${registry.host}/shop`, 'v1')).toBeDefined()
    await expect(clientOf().find(`${registry.host}/shop`, 'v1')).rejects.toMatchObject({ code: 'registry-denied' })
  })

  test('may be nobody, and read what is public, but not write', async () => {
    const registry = await started({ guard: 'token' })
    const digest = imageIn(registry, 'shop', ['layer'], 'v1')
    expect(await clientOf().find(`${registry.host}/shop`, 'v1')).toBeDefined()
    await expect(moveTags(clientOf(), `${registry.host}/shop`, digest, ['v2'])).rejects.toMatchObject({ code: 'registry-denied' })
  })

  test('with a wrong password is refused, and the password is not repeated', async () => {
    const registry = await started({ guard: 'token' })
    const failed = clientOf({ credentials: mistaken }).find(`${registry.host}/shop`, 'v1')
    await expect(failed).rejects.toMatchObject({
      code: 'registry-denied',
      message: expect.stringContaining('incorrect username or password'),
    })
    await expect(failed).rejects.toMatchObject({ message: expect.not.stringContaining('hunter2') })
  })

  test.each(['open', 'basic', 'token'] as const)('can be asked beforehand: %s', async (guard) => {
    const registry = await started({ guard })
    await clientOf(asUser).signIn(registry.host)
    if (guard === 'open') return
    await expect(clientOf({ credentials: mistaken }).signIn(registry.host)).rejects.toMatchObject({ code: 'registry-denied' })
    // With a token for nothing but that: the scope of another's image, which ghcr.io names, is not asked for.
    expect(registry.asked.filter((line) => line.includes('user/image'))).toEqual([])
  })

  test('every token is handed over to be masked', async () => {
    const registry = await started({ guard: 'token' })
    imageIn(registry, 'shop', ['layer'], 'v1')
    const masked: string[] = []
    await clientOf({ ...asUser, mask: (secret) => masked.push(secret) }).find(`${registry.host}/shop`, 'v1')
    expect(masked).toEqual(['token-2'])
  })

  test('does not send a password to a token server without TLS', async () => {
    const registry = await started()
    const challenge = 'Bearer realm="http://tokens.example.com/",service="x"'
    registry.faults.push({ on: /HEAD/, status: 401, headers: { 'www-authenticate': challenge } })
    await expect(clientOf(asUser).find(`${registry.host}/shop`, 'v1')).rejects.toMatchObject({
      code: 'registry-denied',
      message: expect.stringContaining('no https address'),
    })
  })
})

describe('a registry that is in trouble', () => {
  test.each([408, 429, 500, 502, 503, 504])('and says %d is asked again', async (status) => {
    const registry = await started()
    imageIn(registry, 'shop', ['layer'], 'v1')
    registry.faults.push({ on: /HEAD/, status }, { on: /HEAD/, status })
    expect(await clientOf().find(`${registry.host}/shop`, 'v1')).toBeDefined()
    expect(registry.asked).toHaveLength(3)
  })

  test('is left alone for as long as it says', async () => {
    const registry = await started()
    imageIn(registry, 'shop', ['layer'], 'v1')
    registry.faults.push({ on: /GET/, status: 429, headers: { 'retry-after': '42' } })
    const clock = new Pauses()
    await clientOf({ clock }).manifest(`${registry.host}/shop`, 'v1')
    expect(clock.all).toEqual([42_000])
  })

  test.each([
    [429, '', 'registry-rate-limited'],
    [503, '', 'registry-unavailable'],
    [403, '{"errors":[{"code":"DENIED","message":"permission_denied: write_package"}]}', 'registry-denied'],
    [403, '{"errors":[{"code":"TOOMANYREQUESTS","message":"slowly"}]}', 'registry-rate-limited'],
    [400, '{"errors":[{"code":"MANIFEST_INVALID","message":"unsupported media type"}]}', 'registry-refused'],
    [405, '<html>Not allowed</html>', 'registry-refused'],
  ])('and says %d %s for good is an error of its class', async (status, body, code) => {
    const registry = await started()
    const digest = imageIn(registry, 'shop', ['layer'])
    registry.faults.push(...Array.from({ length: 6 }, () => ({ on: /PUT/, status, body })))
    await expect(moveTags(clientOf(), `${registry.host}/shop`, digest, ['v1'])).rejects.toMatchObject({ code })
  })

  test('or not there at all is unavailable', async () => {
    const registry = await fakeRegistry()
    await registry.close()
    await expect(clientOf().find(`${registry.host}/shop`, 'v1')).rejects.toMatchObject({
      code: 'registry-unavailable',
      message: expect.stringContaining('was tried 6 times'),
    })
  })
})

describe('writing', () => {
  test('tags are moved by the manifest alone', async () => {
    const registry = await started({ guard: 'token' })
    const digest = imageIn(registry, 'shop', ['layer'])
    await moveTags(clientOf(asUser), `${registry.host}/shop`, digest, ['v1', 'latest'])
    for (const tag of ['v1', 'latest']) expect((await clientOf(asUser).find(`${registry.host}/shop`, tag))?.digest).toBe(digest)
    expect(registry.asked.filter((line) => /blobs/.test(line))).toEqual([])
  })

  test('an upload that fails halfway begins anew with a new session', async () => {
    const registry = await started()
    registry.faults.push({ on: /PUT .*uploads/, status: 502 }, { on: /POST/, status: 503 })
    const how = await clientOf().uploadBlob(`${registry.host}/shop`, blobOf('content'), () => Promise.resolve(new Blob(['content'])))
    expect(how).toBe('uploaded')
    expect(registry.blobs.get('shop')?.get(digestOf('content'))?.toString()).toBe('content')
    expect(registry.asked.filter((line) => line.startsWith('POST'))).toHaveLength(3)
  })

  test('what is there is not sent', async () => {
    const registry = await started()
    imageIn(registry, 'shop', ['layer'])
    expect(await clientOf().uploadBlob(`${registry.host}/shop`, blobOf('layer'), never)).toBe('present')
  })

  test('content that is not what its digest says is refused by the registry', async () => {
    const registry = await started()
    const sent = clientOf().uploadBlob(`${registry.host}/shop`, blobOf('content'), () => Promise.resolve(new Blob(['other content'])))
    await expect(sent).rejects.toMatchObject({ code: 'registry-refused', message: expect.stringContaining('DIGEST_INVALID') })
  })
})

const shop = async (options: Parameters<typeof fakeRegistry>[0] = {}) => {
  const registry = await started(options)
  const images = {
    'linux/amd64': imageIn(registry, 'team/shop', ['base', 'amd64']),
    'linux/arm64': imageIn(registry, 'team/shop', ['base', 'arm64']),
  }
  return { registry, digest: indexIn(registry, 'team/shop', images, 'v1'), images }
}

describe('an index is copied with all it lists', () => {
  test('inside a registry by taking blobs over: nothing is sent', async () => {
    const { registry, digest } = await shop({ guard: 'token' })
    const request = {
      from: `${registry.host}/team/shop`,
      reference: 'v1',
      to: `${registry.host}/prod/shop`,
      temporaryDirectory: await directory(),
    }
    const copied = await copyImage(clientOf(asUser), request)
    expect(copied).toMatchObject({ uploaded: 0, bytes: 0, manifest: { digest } })
    expect(registry.manifests.get('prod/shop')?.get(digest)?.content).toEqual(registry.manifests.get('team/shop')?.get(digest)?.content)
    expect(registry.manifests.get('prod/shop')?.has('v1')).toBe(false)
  })

  test('where blobs cannot be taken over, and between registries, by sending them once', async () => {
    const { registry } = await shop({ mounts: false })
    const other = await started({ guard: 'token' })
    const credentials = (host: string) => Promise.resolve(host === other.host ? user : undefined)
    for (const to of [`${registry.host}/prod/shop`, `${other.host}/prod/shop`]) {
      const copied = await copyImage(clientOf({ credentials }), {
        from: `${registry.host}/team/shop`,
        reference: 'v1',
        to,
        temporaryDirectory: await directory(),
      })
      // Two configurations of one size and content, one base, two layers.
      expect(copied).toMatchObject({ uploaded: 4, mounted: 0 })
    }
  })

  test('inside a registry by sending, when the source may be read but not by this account there', async () => {
    const { registry } = await shop({ guard: 'token' })
    registry.hidden = 'team/shop'
    const how = await clientOf(asUser).uploadBlob(
      `${registry.host}/prod/shop`,
      blobOf('base'),
      () => Promise.resolve(new Blob(['base'])),
      `${registry.host}/team/shop`,
    )
    expect(how).toBe('uploaded')
  })

  test('a second time costs one look', async () => {
    const { registry } = await shop()
    const request = {
      from: `${registry.host}/team/shop`,
      reference: 'v1',
      to: `${registry.host}/prod/shop`,
      temporaryDirectory: await directory(),
    }
    await copyImage(clientOf(), request)
    registry.asked.length = 0
    await copyImage(clientOf(), request)
    expect(registry.asked.map((line) => line.split(' ')[0])).toEqual(['GET', 'HEAD'])
  })

  test('a failure on the way leaves nothing under a tag', async () => {
    const { registry } = await shop()
    registry.faults.push({ on: /POST .*prod/, status: 400 })
    const request = {
      from: `${registry.host}/team/shop`,
      reference: 'v1',
      to: `${registry.host}/prod/shop`,
      temporaryDirectory: await directory(),
    }
    await expect(copyImage(clientOf(), request)).rejects.toMatchObject({ code: 'registry-refused' })
    expect(registry.manifests.get('prod/shop')?.size ?? 0).toBe(0)
  })
})
