import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { commandOf } from '../../../packages/platforms/src/local/edge/image/command.ts'
import { RootfsStore, type Rootfs } from '../../../packages/platforms/src/local/edge/image/rootfs.ts'
import type { Release } from '@deploy-kit/rollout'
import { writeImage, type ImageSpec, type TarEntry } from '../../fixtures/local/oci-image.ts'
import { Workplace } from './under-test.ts'

const file = (name: string, content = name): TarEntry => ({ name, content })

describe('unpacking an image', () => {
  let workplace: Workplace
  beforeEach(async () => {
    workplace = await Workplace.open()
  })
  afterEach(() => workplace[Symbol.asyncDispose]())

  const release = async (spec: Omit<ImageSpec, 'directory'>): Promise<Release> => {
    const { image, digest } = await writeImage({ directory: join(workplace.directory, 'image'), ...spec })
    return { image, digest, environment: { FROM_RELEASE: 'yes' }, configuration: 'c' }
  }
  const unpack = async (...layers: (readonly TarEntry[])[]): Promise<Rootfs> =>
    new RootfsStore(join(workplace.directory, 'store')).get(await release({ layers }))

  const commandFor = async (config: Record<string, unknown>): Promise<ReturnType<typeof commandOf>> => {
    const asked = await release({ layers: [[{ ...file('app/run', '#!/bin/sh'), mode: 0o755 }, file('app/server.mjs')]], config })
    return commandOf(await new RootfsStore(join(workplace.directory, 'store')).get(asked), asked, { PORT: '8000' })
  }

  test('an entry that is written through links that climb out stays inside', async () => {
    const { directory } = await unpack(
      [
        { name: 'deep/down/up', type: 'symlink', linkname: '../..' },
        { name: 'out', type: 'symlink', linkname: 'deep/down/up/../..' },
      ],
      [file('out/evil')],
    )
    expect(await readFile(join(directory, 'evil'), 'utf8')).toBe('out/evil')
    expect(await readdir(workplace.directory)).not.toContain('evil')
  })

  test('an image is unpacked once, however many ask for it', async () => {
    const asked = await release({ layers: [[file('a')]] })
    const store = new RootfsStore(join(workplace.directory, 'store'))
    const [first, second] = await Promise.all([store.get(asked), store.get(asked)])
    expect(first.directory).toBe(second.directory)
    await rm(asked.image, { recursive: true })
    expect(await readdir((await store.get(asked)).directory)).toEqual(['a'])
  })

  test('a blob with another content is refused before anything is unpacked', async () => {
    const { digest, image, ...rest } = await release({ layers: [[file('a')]] })
    const blobs = join(image, 'blobs', 'sha256')
    for (const name of await readdir(blobs)) {
      const before = await readFile(join(blobs, name))
      await writeFile(join(blobs, name), Buffer.concat([before, Buffer.from(' ')]))
      const store = new RootfsStore(join(workplace.directory, 'store'))
      await expect(store.get({ digest, image, ...rest })).rejects.toMatchObject({ code: 'image-layout-invalid' })
      await writeFile(join(blobs, name), before)
    }
  })

  test.each([
    ['a directory that is no layout', 'image-layout-invalid', async (image: string) => rm(join(image, 'oci-layout'))],
    ['a layout without its blobs', 'image-layout-invalid', async (image: string) => rm(join(image, 'blobs'), { recursive: true })],
  ])('%s is refused as %s', async (_, code, damage) => {
    const asked = await release({ layers: [] })
    await damage(asked.image)
    await expect(new RootfsStore(join(workplace.directory, 'store')).get(asked)).rejects.toMatchObject({ code })
  })

  test('a reference may end with its digest', async () => {
    const asked = await release({ layers: [[file('a')]] })
    const { directory } = await new RootfsStore(join(workplace.directory, 'store')).get({
      ...asked,
      image: `${asked.image}@${asked.digest}`,
    })
    expect(await readdir(directory)).toEqual(['a'])
  })

  test('the ten images that were used last stay, and what is in use', async () => {
    const base = join(workplace.directory, 'store')
    const store = new RootfsStore(base)
    for (let age = 0; age < 13; age += 1) await mkdir(join(base, `sha256-${age}`), { recursive: true })
    await mkdir(join(base, 'draft-of-a-killed-edge'))
    await store.prune(new Set(['sha256:3']))
    const left = await readdir(base)
    expect(left).toHaveLength(11)
    expect(left).toContain('sha256-3')
    expect(left).not.toContain('draft-of-a-killed-edge')
  })

  describe('the command of an image', () => {
    test('paths of the image are pointed at its directory, anything else is left as it is', async () => {
      const command = await commandFor({
        Entrypoint: ['/app/run'],
        Cmd: ['/app/server.mjs', '/', '--x=/app/run', '/etc/passwd'],
        WorkingDir: '/app',
      })
      const root = join(command.cwd, '..')
      expect(command.file).toBe(join(root, 'app/run'))
      expect(command.argv).toEqual([join(root, 'app/server.mjs'), '/', '--x=/app/run', '/etc/passwd'])
    })

    test('the environment is the image’s, then the release’s, then what the edge decides', async () => {
      const { env } = await commandFor({ Cmd: ['node'], Env: ['A=1=2', 'PORT=1', 'FROM_RELEASE=no', 'PATH=/app:/usr/bin'] })
      expect(env).toMatchObject({ A: '1=2', PORT: '8000', FROM_RELEASE: 'yes' })
      expect(env['PATH']?.split(':')[0]).toBe(join(process.execPath, '..'))
      expect(env['PATH']).toMatch(/rootfs\/app:.*rootfs\/usr\/bin:/)
    })

    test.each([
      [{}, 'neither an ENTRYPOINT nor a CMD'],
      [{ Entrypoint: ['/usr/local/bin/node'] }, '`/usr/local/bin/node`, which it does not hold'],
    ])('an image with %j cannot be run', async (config, words) => {
      await expect(commandFor(config)).rejects.toMatchObject({ code: 'image-not-runnable', message: expect.stringContaining(words) })
    })
  })
})
