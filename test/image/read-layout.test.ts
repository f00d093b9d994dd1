import { lstat, readdir, readFile, readlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from '@jest/globals'
import { listLayout, parsePlatform, readLayout, unpackImage, verifyLayers } from '@deploy-kit/image/layout'
import { writeBase } from './base-layout.ts'
import { cleanUp, context, room, writeFiles } from './workshop.ts'

afterEach(cleanUp)

const twoImages = async () => {
  const shop = await context({ Dockerfile: 'FROM scratch\nARG V\nENV V=$V\nCOPY a /app/\nCMD ["./a"]\n', a: { text: 'a', mode: 0o755 } })
  const v1 = await shop.builds({ tags: ['shop:v1'], buildArguments: { V: '1' } })
  const v2 = await shop.builds({ tags: ['shop:v2'], buildArguments: { V: '2' } })
  return { layout: shop.output, v1, v2 }
}

describe('an image is read from a layout', () => {
  test('by digest or by tag, with what it runs', async () => {
    const { layout, v1, v2 } = await twoImages()
    const image = await readLayout(layout, { digest: v1.digest })
    expect(image).toMatchObject({ layout, digest: v1.digest, configuration: { os: 'linux', config: { Cmd: ['./a'], Env: ['V=1'] } } })
    expect((await readLayout(layout, { tag: 'shop:v2' })).digest).toBe(v2.digest)
    expect((await listLayout(layout)).map(({ digest }) => digest)).toEqual([v1.digest, v2.digest])
    await verifyLayers(image)
  })

  test('only when it is clear which one is meant', async () => {
    const { layout } = await twoImages()
    await expect(readLayout(layout)).rejects.toMatchObject({
      code: 'image-not-in-layout',
      message: expect.stringMatching(/2 images fit.*shop:v1.*shop:v2/),
    })
    await expect(readLayout(layout, { tag: 'shop:v3' })).rejects.toMatchObject({
      code: 'image-not-in-layout',
      message: expect.stringContaining('0 images fit'),
    })
  })

  test('of the platform that is asked for, inside an index', async () => {
    const layout = await room()
    await writeBase(layout, { layers: [], platforms: ['amd64', 'arm64'] })
    expect((await readLayout(layout, { platform: parsePlatform('linux/arm64') })).configuration.architecture).toBe('arm64')
    const [index] = await listLayout(layout)
    await expect(readLayout(layout, { digest: index?.digest ?? '' })).rejects.toMatchObject({ code: 'image-not-in-layout' })
    await expect(readLayout(layout, { digest: index?.digest ?? '', platform: parsePlatform('linux/amd64') })).resolves.toMatchObject({
      configuration: { architecture: 'amd64' },
    })
  })
})

const spoil = async (file: (image: Awaited<ReturnType<typeof twoImages>>) => string, content: string) => {
  const images = await twoImages()
  const path = join(images.layout, file(images))
  await writeFile(path, content)
  return readLayout(images.layout, { digest: images.v1.digest })
}
const blob = (digest: string): string => join('blobs', ...digest.split(':'))

describe('a layout that is not sound', () => {
  test.each([
    ['has a manifest of another content', ({ v1 }: { v1: { digest: string } }) => blob(v1.digest), '{"schemaVersion":2}'],
    [
      'has a configuration of another content',
      ({ v1 }: { v1: { manifest: { config: { digest: string } } } }) => blob(v1.manifest.config.digest),
      '{}',
    ],
    ['has an index that is no JSON', () => 'index.json', 'x'],
    ['has an index that is no object', () => 'index.json', 'null'],
    [
      'has an index of paths instead of digests',
      () => 'index.json',
      '{"manifests":[{"mediaType":"x","digest":"../../etc/passwd","size":1}]}',
    ],
    ['is of a version to come', () => 'oci-layout', '{"imageLayoutVersion":"2.0.0"}'],
  ])('%s', async (_fault, file, content) => {
    await expect(spoil(file as Parameters<typeof spoil>[0], content)).rejects.toMatchObject({ code: 'image-layout-invalid' })
  })

  test('has a layer of another content: found when it is unpacked, and nothing appears', async () => {
    const { layout, v1 } = await twoImages()
    await writeFile(join(layout, blob(v1.platforms[0]?.layers[0]?.digest ?? '')), Buffer.alloc(1024))
    const image = await readLayout(layout, { digest: v1.digest })
    await expect(verifyLayers(image)).rejects.toMatchObject({ code: 'image-layout-invalid' })
    const parent = await room()
    await expect(unpackImage(image, join(parent, 'root'))).rejects.toMatchObject({ code: 'image-layout-invalid' })
    expect(await readdir(parent)).toEqual([])
  })
})

describe('an unpacked image', () => {
  test('has its files, links and modes, the layers applied in turn', async () => {
    const layout = await room()
    await writeBase(layout, {
      layers: [
        [
          { name: 'bin/', type: 'directory', mode: 0o555 },
          { name: 'bin/run', linkname: '#!', mode: 0o511 },
          { name: 'bin/same', type: 'link', linkname: 'bin/run' },
          { name: 'sbin', type: 'symlink', linkname: 'bin' },
          { name: 'gone', linkname: 'gone' },
          { name: 'was/dir', linkname: 'x' },
        ],
        [
          { name: '.wh.gone', linkname: '' },
          { name: 'sbin/more', linkname: 'more' },
          { name: 'was', linkname: 'a file now' },
        ],
      ],
      compress: 'gzip',
    })
    const root = join(await room(), 'a', 'root')
    await unpackImage(await readLayout(layout), root)
    expect(new Set(await readdir(root))).toEqual(new Set(['bin', 'sbin', 'was']))
    expect(await readlink(join(root, 'sbin'))).toBe('bin')
    expect(await readFile(join(root, 'was'), 'utf8')).toBe('a file now')
    expect(await readFile(join(root, 'bin/same'), 'utf8')).toBe('#!')
    expect(await readFile(join(root, 'bin/more'), 'utf8')).toBe('more')
    const mode = async (name: string) => ((await lstat(join(root, name))).mode & 0o777).toString(8)
    // The owner may always read, and remove it again.
    expect([await mode('bin'), await mode('bin/run'), await mode('was')]).toEqual(['755', '511', '644'])
  })

  test('is not put over what is there', async () => {
    const { layout, v1 } = await twoImages()
    const root = join(await room(), 'root')
    await writeFiles(root, { mine: 'mine' })
    await expect(unpackImage(await readLayout(layout, { digest: v1.digest }), root)).rejects.toThrow()
    expect(await readdir(root)).toEqual(['mine'])
  })

  test('never writes through a link of its own to the outside', async () => {
    const outside = await room()
    const layout = await room()
    await writeBase(layout, {
      layers: [
        [
          { name: 'out', type: 'symlink', linkname: outside },
          { name: 'out/file', linkname: 'x' },
          { name: 'up', type: 'symlink', linkname: '../../../../../../../../tmp' },
          { name: 'up/file', linkname: 'x' },
        ],
      ],
    })
    const root = join(await room(), 'root')
    await unpackImage(await readLayout(layout), root)
    expect(await readdir(outside)).toEqual([])
    expect(await readFile(join(root, outside, 'file'), 'utf8')).toBe('x')
    expect(await readFile(join(root, 'tmp/file'), 'utf8')).toBe('x')
  })
})
