import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from '@jest/globals'
import { writeBase, type Base } from './base-layout.ts'
import { cleanUp, context, room } from './workshop.ts'

afterEach(cleanUp)

describe('a Dockerfile of several stages', () => {
  const Dockerfile = `
FROM scratch AS assets
COPY a.txt /out/a.txt
COPY --chmod=700 b.txt /out/sub/
FROM scratch AS tests
RUN npm test
FROM scratch AS base
ENV BASE=1
CMD ["base"]
FROM base
COPY --from=assets --chown=7 /out /srv/
COPY --from=0 /out/a.txt /copy
ENTRYPOINT ["run"]
`
  const files = { Dockerfile, 'a.txt': 'a', 'b.txt': 'b' }

  test('brings files over, with the modes of the source and the owner of the target', async () => {
    const { tars, configuration } = await (await context(files)).builds()
    expect(tars.flat().map(({ name, mode, uid, content }) => [name, mode.toString(8), uid, content.toString()])).toEqual([
      ['srv/', '755', 7, ''],
      ['srv/a.txt', '644', 7, 'a'],
      ['srv/sub/', '755', 7, ''],
      ['srv/sub/b.txt', '700', 7, 'b'],
      ['copy', '644', 0, 'a'],
    ])
    expect(configuration.config).toMatchObject({ Env: ['BASE=1'], Entrypoint: ['run'] })
    expect(configuration.config).not.toHaveProperty('Cmd')
  })

  test('stops at the target, by name or number, and looks at no stage that it does not need', async () => {
    const shop = await context(files)
    expect((await shop.builds({ target: 'Base' })).configuration.config).toMatchObject({ Cmd: ['base'] })
    expect(Object.keys((await shop.builds({ target: '0' })).files)).toEqual(['out/', 'out/a.txt', 'out/sub/', 'out/sub/b.txt'])
    await expect(shop.builds({ target: 'tests' })).rejects.toMatchObject({ code: 'dockerfile-unsupported', where: 'Dockerfile:6:1' })
  })

  test('may choose its base by an argument', async () => {
    const shop = await context({ Dockerfile: 'ARG KIND=a\nFROM scratch AS is-a\nENV K=a\nFROM scratch AS is-b\nENV K=b\nFROM is-${KIND}' })
    expect((await shop.builds()).configuration.config?.Env).toEqual(['K=a'])
    expect((await shop.builds({ buildArguments: { KIND: 'b' } })).configuration.config?.Env).toEqual(['K=b'])
  })

  test('keeps the stages apart that go on from one base', async () => {
    const shop = await context({
      Dockerfile: 'FROM scratch AS a\nCOPY x /x\nFROM a AS b\nCOPY x /b\nFROM a\nCOPY --from=b / /all/',
      x: 'x',
    })
    expect(Object.keys((await shop.builds()).files)).toEqual(['x', 'all/', 'all/b', 'all/x'])
  })
})

const environmentOf = async (base: string): Promise<readonly string[] | undefined> => {
  const shop = await context({ Dockerfile: `FROM ${base}\n` })
  return (await shop.builds()).configuration.config?.Env
}

describe('FROM a layout', () => {
  const base: Base = {
    layers: [
      [
        { name: './usr/', type: 'directory', mode: 0o755 },
        { name: './usr/lib/', type: 'directory', mode: 0o755 },
        { name: './lib', type: 'symlink', linkname: 'usr/lib' },
        { name: './usr/lib/libc.so', linkname: 'libc', mode: 0o755 },
        { name: './usr/lib/libc.so.6', type: 'link', linkname: './usr/lib/libc.so' },
        { name: './etc/passwd', linkname: 'root' },
        { name: './old/one', linkname: '1' },
        { name: './old/two', linkname: '2' },
        { name: './dev/null', type: 'character-device' },
      ],
      [
        { name: 'etc/.wh.passwd', linkname: '' },
        { name: 'old/.wh..wh..opq', linkname: '' },
        { name: 'old/three', linkname: '3' },
        { name: 'lib/new.so', linkname: 'new' },
      ],
    ],
    config: {
      Env: ['PATH=/usr/bin'],
      Labels: { 'org.opencontainers.image.version': 'of the base', kept: 'yes' },
      Cmd: ['sh'],
      WorkingDir: '/old',
    },
  }

  test.each([
    ['a plain one', undefined],
    ['a gzipped one', 'gzip'],
    ['one in zstd', 'zstd'],
  ] as const)('goes on from %s', async (_what, compress) => {
    const shop = await context({
      Dockerfile: 'FROM ./base\nENV MORE=$PATH:/x\nCOPY a.txt .\nCOPY a.txt /lib/\n',
      'a.txt': 'a',
      '.dockerignore': 'base',
    })
    await writeBase(join(shop.directory, 'base'), compress === undefined ? base : { ...base, compress })
    const { tars, manifest, configuration } = await shop.builds({ origin: { version: 'mine' } })
    expect(
      tars
        .slice(-2)
        .flat()
        .map(({ name }) => name),
    ).toEqual(['old/a.txt', 'usr/lib/a.txt'])
    expect(manifest.layers).toHaveLength(4)
    expect(configuration.rootfs.diff_ids).toHaveLength(4)
    expect(configuration.history?.filter((line) => line.empty_layer !== true)).toHaveLength(4)
    expect(configuration.config).toMatchObject({
      Env: ['PATH=/usr/bin', 'MORE=/usr/bin:/x'],
      Labels: { kept: 'yes', 'org.opencontainers.image.version': 'mine' },
      Cmd: ['sh'],
    })
  })

  test('copies out of one, whiteouts and links applied', async () => {
    const shop = await context({
      Dockerfile: 'FROM scratch\nCOPY --from=oci-layout://base / /all/\nCOPY --from=./base lib/libc* /one/\n',
      '.dockerignore': 'base',
    })
    await writeBase(join(shop.directory, 'base'), {
      ...base,
      layers: [base.layers[0]?.filter(({ name }) => name !== './dev/null') ?? [], ...base.layers.slice(1)],
      compress: 'gzip',
    })
    const { files } = await shop.builds()
    expect(files).toEqual({
      'all/': '',
      'all/etc/': '',
      'all/lib': '',
      'all/old/': '',
      'all/old/three': '3',
      'all/usr/': '',
      'all/usr/lib/': '',
      'all/usr/lib/libc.so': 'libc',
      'all/usr/lib/libc.so.6': 'libc',
      'all/usr/lib/new.so': 'new',
      'one/': '',
      'one/libc.so': 'libc',
      'one/libc.so.6': 'libc',
    })
  })

  test('takes the image of the platform that is asked for', async () => {
    const shop = await context({ Dockerfile: 'FROM ./base\n', '.dockerignore': 'base' })
    await writeBase(join(shop.directory, 'base'), { layers: [], platforms: ['amd64', 'arm64'] })
    expect((await shop.builds({ platforms: ['linux/arm64'] })).configuration.architecture).toBe('arm64')
    await expect(shop.builds({ platforms: ['linux/s390x'] })).rejects.toMatchObject({
      code: 'image-not-in-layout',
      where: 'Dockerfile:1:1',
      message: expect.stringContaining('linux/arm64'),
    })
  })

  test('takes one that was built before, by its tag or digest', async () => {
    const base1 = await context({ Dockerfile: 'FROM scratch\nARG V\nENV V=$V' })
    const one = await base1.builds({ tags: ['acme/base:1'], buildArguments: { V: '1' } })
    await base1.builds({ tags: ['acme/base:2'], buildArguments: { V: '2' } })
    expect(await environmentOf(`oci-layout://${base1.output}:acme/base:2`)).toEqual(['V=2'])
    expect(await environmentOf(`oci-layout://${base1.output}@${one.digest}`)).toEqual(['V=1'])
    await expect(environmentOf(`oci-layout://${base1.output}`)).rejects.toMatchObject({
      code: 'image-not-in-layout',
      message: expect.stringContaining('acme/base:2'),
    })
  })

  test('that is damaged is refused, and nothing is written', async () => {
    const shop = await context({ Dockerfile: 'FROM ./base\nCOPY --from=./base /a /b\n', '.dockerignore': 'base' })
    const directory = join(shop.directory, 'base')
    await writeBase(directory, { layers: [[{ name: 'a', linkname: 'a' }]] })
    const { manifests } = JSON.parse(await readFile(join(directory, 'index.json'), 'utf8'))
    const manifest = JSON.parse(await readFile(join(directory, 'blobs', manifests[0].digest.replace(':', '/')), 'utf8'))
    const layer = join(directory, 'blobs', manifest.layers[0].digest.replace(':', '/'))
    const bytes = await readFile(layer)
    bytes[512] = (bytes[512] ?? 0) ^ 1
    await writeFile(layer, bytes)
    await expect(shop.builds()).rejects.toMatchObject({
      code: 'image-layout-invalid',
      message: expect.stringContaining(manifest.layers[0].digest),
    })
    await rm(layer)
    await expect(shop.builds()).rejects.toMatchObject({ code: 'image-layout-invalid' })
    await expect(readFile(join(shop.output, 'index.json'))).rejects.toMatchObject({ code: 'ENOENT' })
  })

  test('with an entry that leads out of the image is refused', async () => {
    const shop = await context({ Dockerfile: 'FROM ./base\n', '.dockerignore': 'base' })
    await writeBase(join(shop.directory, 'base'), { layers: [[{ name: '../../etc/cron.d/x', linkname: 'x' }]] })
    await expect(shop.builds()).rejects.toMatchObject({
      code: 'image-layout-invalid',
      message: expect.stringContaining('leads out of the image'),
    })
  })

  test('that is not there, or is no layout, is named with its line', async () => {
    const shop = await context({ Dockerfile: `\nFROM ${await room()}\n` })
    await expect(shop.builds()).rejects.toMatchObject({ code: 'image-layout-invalid', where: 'Dockerfile:2:1' })
  })
})
