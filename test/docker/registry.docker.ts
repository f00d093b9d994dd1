import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { listLayout } from '@deploy-kit/image/layout'
import { copyImage, createRegistry, moveTags, pushLayout, type Registry } from '@deploy-kit/image/registry'
import { cleanUp, context } from '../image/workshop.ts'
import { account, RegistryProcess } from './registry-process.ts'

const credentials = () => Promise.resolve(account)

describe.each(['open', 'basic', 'token'] as const)('a real registry, guarded: %s', (guard) => {
  let process: RegistryProcess
  let registry: Registry
  const temporary: string[] = []
  beforeAll(async () => {
    process = await RegistryProcess.start(guard)
    registry = createRegistry({ credentials })
  })
  afterAll(() => process.stop())
  afterEach(async () => {
    await cleanUp()
    for (const directory of temporary.splice(0)) await rm(directory, { recursive: true, force: true })
  })

  const directory = async (): Promise<string> => {
    const made = await mkdtemp(join(tmpdir(), 'registry-docker-'))
    temporary.push(made)
    return made
  }

  /** An image of the embedded engine, in the repositories that are named. */
  const pushed = async (text: string, ...names: string[]) => {
    const shop = await context({ Dockerfile: 'FROM scratch\nCOPY site /site\n', 'site/index.html': text })
    const made = await shop.builds({ tags: ['shop:v1'] })
    const [root] = await listLayout(shop.output)
    if (root === undefined) throw new Error('nothing was built')
    return { made, results: await pushLayout(registry, shop.output, root, names) }
  }

  test('takes the layout of the embedded engine, by digest alone, and then its tags', async () => {
    const name = `${process.host}/acme/shop`
    const { made, results } = await pushed('first', name)
    expect(results).toMatchObject([{ uploaded: 2, present: 0 }])
    expect(await registry.find(name, 'v1')).toBeUndefined()
    await moveTags(registry, name, made.digest, ['v1', 'latest'])
    expect(await registry.find(name, 'latest')).toMatchObject({ digest: made.digest })
    const manifest = await registry.manifest(name, 'v1')
    expect(manifest.digest).toBe(made.digest)
  })

  test('moves a tag from one image to another', async () => {
    const name = `${process.host}/acme/moving`
    const first = await pushed('first', name)
    const second = await pushed('second', name)
    await moveTags(registry, name, first.made.digest, ['stable'])
    await moveTags(registry, name, second.made.digest, ['stable'])
    expect(await registry.find(name, 'stable')).toMatchObject({ digest: second.made.digest })
    expect(await registry.find(name, first.made.digest)).toMatchObject({ digest: first.made.digest })
  })

  test('takes blobs over into a second repository', async () => {
    const { results } = await pushed('for two', `${process.host}/one/shop`, `${process.host}/two/shop`)
    expect(results).toMatchObject([{ uploaded: 2 }, { uploaded: 0, mounted: 2 }])
  })

  test('gives back what it was given, checked', async () => {
    const name = `${process.host}/acme/back`
    const { made } = await pushed('back again', name)
    const [layer] = made.manifest.layers
    if (layer === undefined) throw new Error('the image has no layer')
    const path = join(await directory(), 'layer')
    await registry.downloadBlob(name, layer, path)
    expect((await readFile(path)).includes('back again')).toBe(true)
    expect(JSON.parse((await registry.readBlob(name, made.manifest.config)).toString())).toMatchObject({ os: 'linux' })
  })

  test('copies into another repository', async () => {
    const name = `${process.host}/acme/source`
    const { made } = await pushed('copied', name)
    const copied = await copyImage(registry, {
      from: name,
      reference: made.digest,
      to: `${process.host}/prod/shop`,
      temporaryDirectory: await directory(),
    })
    expect(copied).toMatchObject({ uploaded: 0, mounted: 2, manifest: { digest: made.digest } })
    expect(await registry.find(`${process.host}/prod/shop`, made.digest)).toBeDefined()
  })

  test('says what it does not have, and refuses what it does not take', async () => {
    await expect(registry.manifest(`${process.host}/acme/nothing`, 'v1')).rejects.toMatchObject({
      code: 'registry-not-found',
      message: expect.stringContaining('MANIFEST_UNKNOWN'),
    })
    const wrong = { mediaType: 'application/octet-stream', digest: `sha256:${'0'.repeat(64)}`, size: 3 }
    await expect(registry.uploadBlob(`${process.host}/acme/wrong`, wrong, () => Promise.resolve(new Blob(['abc'])))).rejects.toMatchObject({
      code: 'registry-refused',
      message: expect.stringContaining('DIGEST_INVALID'),
    })
  })

  if (guard === 'open') return

  test('says beforehand whether it takes a password', async () => {
    await registry.signIn(process.host)
    const mistaken = createRegistry({ credentials: () => Promise.resolve({ ...account, password: 'wrong horse' }) })
    await expect(mistaken.signIn(process.host)).rejects.toMatchObject({ code: 'registry-denied' })
  })

  test('refuses whoever has no account to write', async () => {
    const nobody = createRegistry()
    const wrong = { mediaType: 'application/octet-stream', digest: `sha256:${'0'.repeat(64)}`, size: 3 }
    await expect(nobody.uploadBlob(`${process.host}/acme/shop`, wrong, () => Promise.resolve(new Blob(['abc'])))).rejects.toMatchObject({
      code: 'registry-denied',
    })
    const mistaken = createRegistry({ credentials: () => Promise.resolve({ ...account, password: 'wrong horse' }) })
    await expect(mistaken.find(`${process.host}/acme/shop`, 'v1')).rejects.toMatchObject({ code: 'registry-denied' })
  })
})
