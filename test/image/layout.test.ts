import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from '@jest/globals'
import { cleanUp, context, room, writeFiles } from './workshop.ts'

afterEach(cleanUp)

const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex')

/** JSON with sorted keys, written another way than the code under test does. */
const canonical = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`)
  return `{${members.toSorted().join(',')}}`
}

interface Descriptor {
  mediaType: string
  digest: string
  size: number
}

describe('the layout that is written', () => {
  test('is an OCI image layout, recomputed from its bytes alone', async () => {
    const shop = await context({
      Dockerfile: 'FROM scratch\nLABEL a=b\nCOPY one /one\nWORKDIR /two/three\nCOPY one dir ./\n',
      one: '1',
      'dir/long': 'x'.repeat(5_000),
      [`dir/${'n'.repeat(120)}/ü.txt`]: 'ü',
    })
    const { digest, sizeBytes } = await shop.builds({ tags: ['ghcr.io/acme/shop:v1', 'shop:latest'] })
    const read = (name: string): Promise<Buffer> => readFile(join(shop.output, name))
    const json = async (name: string) => JSON.parse((await read(name)).toString())
    const blob = async ({ digest: name, size }: Descriptor): Promise<Buffer> => {
      const content = await read(join('blobs', ...name.split(':')))
      expect([sha256(content), content.length]).toEqual([name.slice('sha256:'.length), size])
      return content
    }

    expect(new Set(await readdir(shop.output))).toEqual(new Set(['blobs', 'index.json', 'oci-layout']))
    expect((await read('oci-layout')).toString()).toBe('{"imageLayoutVersion":"1.0.0"}')
    const index = await json('index.json')
    expect([index.schemaVersion, index.mediaType]).toEqual([2, 'application/vnd.oci.image.index.v1+json'])
    expect(index.manifests.map((entry: { annotations: object }) => entry.annotations)).toEqual([
      { 'org.opencontainers.image.ref.name': 'ghcr.io/acme/shop:v1' },
      { 'org.opencontainers.image.ref.name': 'shop:latest' },
    ])
    expect(new Set(index.manifests.map((entry: Descriptor) => entry.digest))).toEqual(new Set([digest]))

    const manifestText = await blob(index.manifests[0])
    const manifest = JSON.parse(manifestText.toString())
    expect(manifestText.toString()).toBe(canonical(manifest))
    expect([manifest.schemaVersion, manifest.mediaType]).toEqual([2, 'application/vnd.oci.image.manifest.v1+json'])
    expect(manifest.config.mediaType).toBe('application/vnd.oci.image.config.v1+json')
    const configText = await blob(manifest.config)
    const config = JSON.parse(configText.toString())
    expect(configText.toString()).toBe(canonical(config))
    expect([config.os, config.architecture, config.rootfs.type]).toEqual(['linux', 'amd64', 'layers'])

    const layers: Descriptor[] = manifest.layers
    for (const layer of layers) await blob(layer)
    expect(layers.map(({ mediaType }) => mediaType)).toEqual(Array(3).fill('application/vnd.oci.image.layer.v1.tar'))
    // Uncompressed: the digest of the blob is the digest of its tar.
    expect(config.rootfs.diff_ids).toEqual(layers.map((layer) => layer.digest))
    expect(config.history.filter((line: { empty_layer?: boolean }) => line.empty_layer !== true)).toHaveLength(3)
    expect(sizeBytes).toBe(layers.reduce((sum, { size }) => sum + size, manifest.config.size))
    const named = [digest, manifest.config.digest, ...layers.map((layer) => layer.digest)].map((name) => name.slice(7))
    expect(new Set(await readdir(join(shop.output, 'blobs/sha256')))).toEqual(new Set(named))
  })

  test('has long names and names in other scripts', async () => {
    const shop = await context({
      Dockerfile: 'FROM scratch\nCOPY dir /\n',
      [`dir/${'n'.repeat(120)}/ü.txt`]: 'ü',
      'dir/l': { link: 'é'.repeat(90) },
    })
    const { tars } = await shop.builds()
    expect(tars[0]?.map(({ name, link }) => name + link)).toEqual([`l${'é'.repeat(90)}`, `${'n'.repeat(120)}/`, `${'n'.repeat(120)}/ü.txt`])
  })
})

const tagsIn = async (output: string): Promise<(readonly [string, string | undefined])[]> => {
  const { manifests } = JSON.parse(await readFile(join(output, 'index.json'), 'utf8'))
  return manifests.map((entry: { digest: string; annotations?: Record<string, string> }) => [
    entry.digest,
    entry.annotations?.['org.opencontainers.image.ref.name'],
  ])
}

describe('a layout that is there already', () => {
  const Dockerfile = 'FROM scratch\nARG V\nENV V=$V\nCOPY a /\n'
  test('keeps its other images, and a tag moves to the new one', async () => {
    const shop = await context({ Dockerfile, a: 'a' })
    const v1 = await shop.builds({ tags: ['shop:v1', 'shop:latest'], buildArguments: { V: '1' } })
    const v2 = await shop.builds({ tags: ['shop:v2', 'shop:latest'], buildArguments: { V: '2' } })
    expect(await tagsIn(shop.output)).toEqual([
      [v1.digest, 'shop:v1'],
      [v2.digest, 'shop:v2'],
      [v2.digest, 'shop:latest'],
    ])
  })

  test('is the same after the same build', async () => {
    const shop = await context({ Dockerfile, a: 'a' })
    const { digest } = await shop.builds()
    const blobs = new Set(await readdir(join(shop.output, 'blobs/sha256')))
    await shop.builds()
    expect(await tagsIn(shop.output)).toEqual([[digest, undefined]])
    expect(new Set(await readdir(join(shop.output, 'blobs/sha256')))).toEqual(blobs)
  })

  test('must be one: other files are not written over', async () => {
    const shop = await context({ Dockerfile, a: 'a' })
    const output = await room()
    await writeFiles(output, { 'notes.txt': 'mine' })
    await expect(shop.builds({ destination: { kind: 'layout', directory: output } })).rejects.toMatchObject({
      code: 'build-request-invalid',
    })
    expect(await readdir(output)).toEqual(['notes.txt'])
  })
})

test('a build that is cancelled leaves nothing behind', async () => {
  const shop = await context({ Dockerfile: 'FROM scratch\nCOPY a /\n', a: 'a' })
  const parent = await room()
  const reason = new Error('the job was cancelled')
  await expect(
    shop.buildsWith({ destination: { kind: 'layout', directory: join(parent, 'image') } }, AbortSignal.abort(reason)),
  ).rejects.toBe(reason)
  expect(await readdir(parent)).toEqual([])
})
