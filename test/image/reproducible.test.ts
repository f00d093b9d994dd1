import { utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from '@jest/globals'
import { cleanUp, context, writeFiles } from './workshop.ts'

afterEach(cleanUp)

const Dockerfile = 'FROM scratch\nWORKDIR /app\nCOPY . .\nENV A=1\nCMD ["./run"]\n'

describe('two builds of the same sources', () => {
  test('give one digest, on this machine and on every other one', async () => {
    const shop = await context({ Dockerfile, 'b/z.txt': 'z', 'a.txt': 'a', run: { text: '#!/bin/sh', mode: 0o755 } })
    const { digest } = await shop.builds()
    // A pinned value: a new version of Node, npm's tar library or deploy-kit that changes it would rebuild every image.
    expect(digest).toBe('sha256:2ddda094aa196daab2490faec10fefc7ed113385f2ba7c5364df5912e32b2398')
  })

  test('do not depend on directory, times, umask or the order in which files were made', async () => {
    const here = await context({ Dockerfile, 'b/z.txt': 'z', 'a.txt': 'a', run: { text: '#!', mode: 0o755 } })
    const there = await context({ run: { text: '#!', mode: 0o700 }, 'a.txt': { text: 'a', mode: 0o600 }, 'b/z.txt': 'z', Dockerfile })
    await utimes(join(there.directory, 'a.txt'), 1, 1)
    await utimes(join(there.directory, 'b'), 2, 2)
    const [one, two] = [await here.builds(), await there.builds()]
    expect(two.digest).toBe(one.digest)
    expect(two.platforms).toEqual(one.platforms)
  })

  test('do not see the image that the first one wrote into the context', async () => {
    const shop = await context({ Dockerfile, 'a.txt': 'a' })
    const destination = { kind: 'layout', directory: join(shop.directory, 'image') } as const
    const one = await shop.builds({ destination })
    const two = await shop.builds({ destination })
    expect(two.digest).toBe(one.digest)
    expect(Object.keys(two.files)).toEqual(['app/', 'app/Dockerfile', 'app/a.txt'])
  })

  test('differ by one byte, one mode, one second or one argument', async () => {
    const shop = await context({ Dockerfile: `${Dockerfile}ARG V\nENV V=$V\n`, 'a.txt': 'a' })
    const digests = new Set([(await shop.builds()).digest])
    digests.add((await shop.builds({ sourceDateEpoch: 1_700_000_001 })).digest)
    digests.add((await shop.builds({ buildArguments: { V: '2' } })).digest)
    digests.add((await shop.builds({ platforms: ['linux/arm64'] })).digest)
    await writeFiles(shop.directory, { 'a.txt': 'b' })
    digests.add((await shop.builds()).digest)
    await writeFiles(shop.directory, { 'a.txt': { text: 'b', mode: 0o755 } })
    digests.add((await shop.builds()).digest)
    expect(digests.size).toBe(6)
  })

  test('have the time they were given, everywhere, and no owner but root', async () => {
    const shop = await context({ Dockerfile, 'a.txt': 'a' })
    const { configuration, tars, manifest } = await shop.builds({ sourceDateEpoch: 86_400, origin: { revision: 'abc', version: '1.0.0' } })
    expect(configuration.created).toBe('1970-01-02T00:00:00Z')
    expect(new Set(configuration.history?.map(({ created }) => created))).toEqual(new Set(['1970-01-02T00:00:00Z']))
    expect(new Set(tars.flat().map(({ mtime }) => mtime))).toEqual(new Set([86_400]))
    expect(tars.flat().every(({ uid, gid }) => uid === 0 && gid === 0)).toBe(true)
    expect(manifest.annotations).toEqual({
      'org.opencontainers.image.created': '1970-01-02T00:00:00Z',
      'org.opencontainers.image.revision': 'abc',
      'org.opencontainers.image.version': '1.0.0',
    })
    expect(configuration.config?.Labels).toEqual(manifest.annotations)
  })
})
