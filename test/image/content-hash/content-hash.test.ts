import { chmod, mkdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { afterEach, describe, expect, test } from '@jest/globals'
import { assert, asyncProperty, constantFrom, dictionary } from 'fast-check'
import { contentHash, contentTag, findUnchanged, type ContentHash, type ContentRequest } from '@deploy-kit/image/content-hash'
import { listLayout } from '@deploy-kit/image/layout'
import { createRegistry, moveTags, pushLayout, type Registry } from '@deploy-kit/image/registry'
import { fakeRegistry } from '../../fakes/registry.ts'
import { imageIn } from '../registry/images.ts'
import { cleanUp, context, room, writeFiles } from '../workshop.ts'

const open: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of open.splice(0)) await close()
  await cleanUp()
})

/** A registry that nobody may ask. */
const offline = new Proxy(
  {},
  {
    get: (_target, name) => {
      throw new Error(`the registry was asked for ${String(name)}`)
    },
  },
) as Registry

const files = {
  Dockerfile: 'FROM scratch\nCOPY . /app\n',
  'src/main.js': 'start()',
  'run.sh': { text: '#!/bin/sh', mode: 0o755 },
  link: { link: 'run.sh' },
  '.dockerignore': 'notes\n!notes/kept\n',
}

const known = async (
  request: Partial<ContentRequest> & { context: string },
  registry: Registry = offline,
): Promise<Extract<ContentHash, { kind: 'known' }>> => {
  const hash = await contentHash({ platforms: ['linux/amd64'], ...request }, registry)
  if (hash.kind !== 'known') throw new Error(`the content is unknown: ${hash.why}`)
  return hash
}

const directory = async (): Promise<string> => {
  const made = await room()
  await writeFiles(made, files)
  return made
}

describe('the same content has the same hash', () => {
  test('in another directory, at another time, in whatever order things are named', async () => {
    const [one, other] = [await directory(), await directory()]
    await utimes(join(other, 'src/main.js'), 1, 1)
    const request = { platforms: ['linux/amd64', 'linux/arm64'], buildArguments: { A: '1', B: '2' }, secrets: ['x', 'y'] }
    const again = { platforms: ['linux/arm64', 'linux/amd64'], buildArguments: { B: '2', A: '1' }, secrets: ['y', 'x'] }
    expect((await known({ context: one, ...request })).hash).toBe((await known({ context: other, ...again })).hash)
  })

  test('whatever happens to files that are left out', async () => {
    const made = await directory()
    const before = await known({ context: made })
    await writeFiles(made, { 'notes/draft': 'new' })
    expect((await known({ context: made })).hash).toBe(before.hash)
  })

  test('when an image was written into the context by the build before', async () => {
    const made = await directory()
    const output = join(made, 'image')
    const before = await known({ context: made, output })
    await writeFiles(made, { 'image/index.json': '{}' })
    expect((await known({ context: made, output })).hash).toBe(before.hash)
  })
})

/** The hash of a context with just these files. */
const hashOf = async (tree: Readonly<Record<string, string>>): Promise<string> => {
  const made = await room()
  await writeFiles(made, { Dockerfile: 'FROM scratch\n' })
  for (const [name, text] of Object.entries(tree)) {
    await mkdir(dirname(join(made, name)), { recursive: true })
    await writeFile(join(made, name), text)
  }
  return (await known({ context: made })).hash
}

describe('every change of what the image is made of changes it', () => {
  const changes: Readonly<Record<string, (at: string) => Promise<unknown>>> = {
    'a content': (at) => writeFile(join(at, 'src/main.js'), 'stop()'),
    'a name': (at) => rename(join(at, 'src/main.js'), join(at, 'src/index.js')),
    'a permission': (at) => chmod(join(at, 'run.sh'), 0o644),
    'where a link leads': async (at) => {
      await rm(join(at, 'link'))
      await symlink('src', join(at, 'link'))
    },
    'a link in place of its file': async (at) => {
      await rm(join(at, 'src/main.js'))
      await symlink('start()', join(at, 'src/main.js'))
    },
    'an empty directory': (at) => mkdir(join(at, 'empty')),
    'a file that an exception brings back': (at) => writeFiles(at, { 'notes/kept': 'x' }),
    'the Dockerfile': (at) => writeFile(join(at, 'Dockerfile'), 'FROM scratch\nCOPY src /app\n'),
    'what is left out': (at) => writeFile(join(at, '.dockerignore'), 'src\n'),
    'a large file': (at) => writeFile(join(at, 'large'), Buffer.alloc(3_000_000)),
    'the end of a large file': (at) => writeFile(join(at, 'large'), Buffer.concat([Buffer.alloc(2_999_999), Buffer.from('x')])),
  }

  test('of the context', async () => {
    const hashes = new Set<string>()
    for (const change of [async () => undefined, ...Object.values(changes)]) {
      const made = await directory()
      await change(made)
      hashes.add((await known({ context: made })).hash)
    }
    expect(hashes.size).toBe(1 + Object.keys(changes).length)
  })

  test('of what is asked for', async () => {
    const made = await directory()
    const side = await room()
    await writeFiles(side, { a: '1' })
    const requests: readonly Partial<ContentRequest>[] = [
      {},
      { target: 'app' },
      { platforms: ['linux/arm64'] },
      { platforms: ['linux/amd64', 'linux/arm64'] },
      { buildArguments: { A: '1' } },
      { buildArguments: { A: '2' } },
      { labels: { A: '1' } },
      { annotations: { A: '1' } },
      { secrets: ['token'] },
      { ssh: ['default'] },
      { buildContexts: { side } },
      { options: { engine: 'oci' } },
      { options: { engine: 'buildx' } },
    ]
    const hashes = await Promise.all(requests.map(async (request) => (await known({ context: made, ...request })).hash))
    expect(new Set(hashes).size).toBe(requests.length)
  })

  test('and is said of which part', async () => {
    const made = await directory()
    const before = await known({ context: made })
    await writeFile(join(made, 'src/main.js'), 'stop()')
    const { parts } = await known({ context: made, buildArguments: { A: '1' } })
    const changed = Object.keys(parts).filter((name) => parts[name as keyof typeof parts] !== before.parts[name as keyof typeof parts])
    expect(changed).toEqual(['context', 'arguments'])
  })

  test('for any two trees: equal hashes are equal trees', async () => {
    const names = constantFrom('a', 'b', 'a/b', 'a/a', 'a b', 'a","file')
    const trees = dictionary(names, constantFrom('', 'x', 'y', 'xy'), { maxKeys: 4 }).map((tree) =>
      Object.fromEntries(Object.entries(tree).filter(([name]) => !Object.keys(tree).some((other) => other.startsWith(`${name}/`)))),
    )
    await assert(
      asyncProperty(trees, trees, async (one, other) => {
        const same = isDeepStrictEqual(one, other)
        expect((await hashOf(one)) === (await hashOf(other))).toBe(same)
      }),
      { numRuns: 40 },
    )
  })

  test('a directory of git in the context is told: it makes every commit a change', async () => {
    const made = await directory()
    await writeFiles(made, { '.git/HEAD': 'ref' })
    expect((await known({ context: made })).notices).toEqual([expect.stringContaining('.dockerignore')])
  })
})

const started = async () => {
  const registry = await fakeRegistry()
  open.push(() => registry.close())
  return registry
}
const dockerfile = async (text: string): Promise<string> => {
  const made = await room()
  await writeFiles(made, { Dockerfile: text })
  return made
}

describe('the images it starts from', () => {
  test('count as they are at this moment: a base that moves is a change', async () => {
    const registry = await started()
    const digest = imageIn(registry, 'base', ['one'], '1')
    const made = await dockerfile(`FROM ${registry.host}/base:1\n`)
    const before = await known({ context: made }, createRegistry())
    expect(before.images).toEqual({ [`${registry.host}/base:1`]: digest })
    expect(registry.asked).toEqual(['HEAD /v2/base/manifests/1'])
    imageIn(registry, 'base', ['two'], '1')
    expect((await known({ context: made }, createRegistry())).parts.images).not.toBe(before.parts.images)
  })

  test('by digest are known without asking', async () => {
    const sha = `sha256:${'0'.repeat(64)}`
    const made = await dockerfile(`FROM alpine@${sha}\n`)
    expect((await known({ context: made })).images).toEqual({ [`alpine@${sha}`]: sha })
  })

  test.each([
    ['FROM scratch\n', []],
    ['FROM R/a:1 AS build\nFROM scratch\nCOPY --from=build /x /x\nCOPY --from=0 /y /y\n', ['a:1']],
    ['FROM R/a:1 AS build\nFROM build\n', ['a:1']],
    ['FROM scratch\nCOPY --chown=1 --from=R/a:1 /x /x\n', ['a:1']],
    ['FROM R/a:1\nRUN --mount=type=cache,target=/x --mount=type=bind,from=R/b:1,target=/b make\n', ['a:1', 'b:1']],
    ['ARG V=1\nFROM R/a:${V}\n', ['a:1']],
    ['ARG V\nFROM R/a:${V:-2}\n', ['a:2']],
    ['FROM --platform=$BUILDPLATFORM R/a:1\n', ['a:1']],
    ['FROM R/a:$TARGETARCH\n', ['a:amd64']],
    ['FROM scratch\nRUN <<END\nFROM nothing\nEND\n', []],
    ['FROM side\n', []],
  ])('of %j', async (text, images) => {
    const registry = await started()
    for (const [repository, tag] of [
      ['a', '1'],
      ['a', '2'],
      ['a', 'amd64'],
      ['b', '1'],
    ] as const)
      imageIn(registry, repository, [tag], tag)
    const made = await dockerfile(text.replaceAll('R/', `${registry.host}/`))
    const side = await room()
    const found = await known({ context: made, buildContexts: { side } }, createRegistry())
    expect(Object.keys(found.images)).toEqual(images.map((image) => `${registry.host}/${image}`))
  })

  test('are chosen by build arguments', async () => {
    const registry = await started()
    imageIn(registry, 'a', ['x'], '7')
    const made = await dockerfile(`ARG V=1\nFROM ${registry.host}/a:$V\n`)
    expect(Object.keys((await known({ context: made, buildArguments: { V: '7' } }, createRegistry())).images)).toEqual([
      `${registry.host}/a:7`,
    ])
  })

  test.each([
    ['FROM scratch\nADD https://example.com/x.tar /x\n', 'Line 2: ADD fetches `https://example.com/x.tar` without a checksum'],
    ['FROM scratch\nADD git@github.com:acme/shop.git /x\n', 'without a checksum'],
    ['FROM a:$BUILDARCH\n', 'depends on the machine that builds'],
    ['FROM scratch\nCOPY --from=$STAGE /x /x\n', '`$STAGE` holds a variable'],
    ['FROM ${NOTHING}\n', 'is not an image reference'],
    ['FROM scratch\nBUILD x\n', 'is not an instruction'],
  ])('are not known of %j', async (text, why) => {
    const made = await dockerfile(text)
    expect(await contentHash({ context: made, platforms: ['linux/amd64'] }, offline)).toEqual({
      kind: 'unknown',
      why: expect.stringContaining(why),
    })
  })

  test('an address with a checksum is known by it', async () => {
    const made = await dockerfile(`FROM scratch\nADD --checksum=sha256:${'0'.repeat(64)} https://example.com/x.tar /x\n`)
    expect((await known({ context: made })).kind).toBe('known')
  })

  test('are not known when the registry does not have them, or does not answer: then it is built', async () => {
    const registry = await started()
    const made = await dockerfile(`FROM ${registry.host}/absent:1\n`)
    expect(await contentHash({ context: made, platforms: ['linux/amd64'] }, createRegistry())).toMatchObject({
      kind: 'unknown',
      why: expect.stringContaining('There is no image'),
    })
    registry.faults.push({ on: /HEAD/, status: 403 })
    expect(await contentHash({ context: made, platforms: ['linux/amd64'] }, createRegistry())).toMatchObject({
      kind: 'unknown',
      why: expect.stringContaining('403'),
    })
  })

  test('a Dockerfile that is not there is an error', async () => {
    await expect(contentHash({ context: await room(), platforms: ['linux/amd64'] }, offline)).rejects.toMatchObject({
      code: 'dockerfile-missing',
    })
  })
})

test('nothing changed, nothing built: the next release gives its tags to the image that is there', async () => {
  const registry = await fakeRegistry()
  open.push(() => registry.close())
  const client = createRegistry()
  const name = `${registry.host}/acme/shop`
  const shop = await context({ Dockerfile: 'FROM scratch\nCOPY site /site\n', 'site/index.html': 'hello' })
  const hash = async (): Promise<string> => (await known({ context: shop.directory, options: { engine: 'oci' } })).hash

  const first = await hash()
  expect(await findUnchanged(client, [name], first)).toBeUndefined()
  const built = await shop.builds()
  const [root] = await listLayout(shop.output)
  if (root === undefined) throw new Error('nothing was built')
  await pushLayout(client, shop.output, root, [name])
  await moveTags(client, name, built.digest, ['v1', contentTag(first)])

  registry.asked.length = 0
  const unchanged = await findUnchanged(client, [name], await hash())
  expect(unchanged).toBe(built.digest)
  await moveTags(client, name, unchanged ?? '', ['v2'])
  expect((await client.find(name, 'v2'))?.digest).toBe(built.digest)
  expect(registry.asked.filter((line) => line.includes('blobs'))).toEqual([])

  // Of two repositories, both must have it.
  expect(await findUnchanged(client, [name, `${registry.host}/other/shop`], first)).toBeUndefined()
  await writeFiles(shop.directory, { 'site/index.html': 'hello again' })
  expect(await findUnchanged(client, [name], await hash())).toBeUndefined()
})
