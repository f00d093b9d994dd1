import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { silentLogger } from '@deploy-kit/core'
import { build } from '@deploy-kit/image'
import { readLayout, unpackImage } from '@deploy-kit/image/layout'

const versions = { v1: 'off', v2: 'on', v3: 'percent' } as const

let room = ''
const running = new Set<() => Promise<unknown>>()

beforeAll(async () => {
  room = await mkdtemp(join(tmpdir(), 'shop-test-'))
})
afterEach(async () => {
  for (const stop of running) await stop()
  running.clear()
})
afterAll(() => rm(room, { recursive: true, force: true }))

/** Builds a version, unpacks it and starts it as its image says, as the local platform does. */
const serve = async (version: keyof typeof versions, environment: Readonly<Record<string, string>> = {}) => {
  const built = await build(
    {
      context: 'examples/shop',
      tags: [`shop:${version}`],
      buildArguments: { VERSION: version, DEALS: versions[version] },
      sourceDateEpoch: 0,
      engine: 'oci',
      destination: { kind: 'layout', directory: join(room, 'layout') },
    },
    { log: silentLogger, signal: new AbortController().signal },
  )
  const image = await readLayout(built.image, { digest: built.digest })
  const root = await mkdtemp(join(room, 'root-'))
  await rm(root, { recursive: true })
  await unpackImage(image, root)
  const { Env = [], WorkingDir = '/', Entrypoint } = image.configuration.config ?? {}
  expect(Entrypoint).toEqual(['node', 'server.mjs'])
  const own = Object.fromEntries(Env.map((line) => line.split('=', 2)))
  const child = spawn(process.execPath, ['server.mjs'], {
    cwd: join(root, WorkingDir),
    env: { ...own, PORT: '0', DEPLOY_KIT_DIGEST: built.digest, ...environment },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const exit = once(child, 'exit')
  running.add(async () => {
    child.kill('SIGKILL')
    await exit
  })
  const [said] = (await once(child.stdout, 'data')) as [Buffer]
  const url = /http:\S+/.exec(said.toString())?.[0] ?? ''
  return {
    digest: built.digest,
    url,
    get: async (path: string) => fetch(`${url}${path}`),
    statuses: async (path: string, count: number) => {
      const statuses: number[] = []
      for (let i = 0; i < count; i += 1) statuses.push((await fetch(`${url}${path}`)).status)
      return statuses
    },
    stops: async (): Promise<unknown> => {
      child.kill('SIGTERM')
      return (await exit)[0]
    },
    exit,
  }
}

describe('the sample shop', () => {
  test('says which version and which digest it is', async () => {
    const shop = await serve('v1')
    expect(await (await shop.get('/version')).json()).toEqual({ version: 'v1', digest: shop.digest })
    expect(await (await shop.get('/healthz')).json()).toEqual({ status: 'ok' })
    const page = await shop.get('/')
    expect([page.status, page.headers.get('x-version'), await page.text()]).toEqual([
      200,
      'v1',
      expect.stringContaining('<h1>Harbour Shop</h1>'),
    ])
    expect((await shop.get('/nothing')).status).toBe(404)
    expect((await shop.get('/toString')).status).toBe(404)
    expect((await fetch(shop.url, { method: 'POST' })).status).toBe(405)
  })

  test('v1 and v2 answer every request; v3 fails every tenth one, and not before', async () => {
    const good = Array(20).fill(200)
    expect(await (await serve('v1')).statuses('/api/products', 20)).toEqual(good)
    const v2 = await serve('v2')
    expect(await v2.statuses('/', 20)).toEqual(good)
    expect(await (await v2.get('/api/products')).json()).toMatchObject({ version: 'v2', deal: { id: 'anchor', price: 4900 } })
    const bad = good.map((status, i) => (i % 10 === 9 ? 500 : status))
    expect(await (await serve('v3')).statuses('/api/products', 20)).toEqual(bad)
  })

  test('answers what is under way when it is told to stop, and ends well', async () => {
    const shop = await serve('v1', { LATENCY_MS: '300' })
    // The request must have arrived before the signal, and its answer is not due yet then.
    const asked = request(`${shop.url}/version`)
    const answered = once(asked, 'response')
    asked.end()
    await once(asked, 'finish')
    await shop.get('/healthz')
    const ended = shop.stops()
    const [response] = await answered
    expect([response.statusCode, response.headers.connection]).toEqual([200, 'close'])
    response.resume()
    expect(await ended).toBe(0)
  })

  test('fails, or dies, as it is asked to', async () => {
    expect(await (await serve('v1', { FAILURE_RATE: '1' })).statuses('/api/products', 3)).toEqual([500, 500, 500])
    const mortal = await serve('v1', { CRASH_AFTER: '2' })
    expect(await mortal.statuses('/version', 2)).toEqual([200, 200])
    expect((await mortal.exit)[0]).toBe(70)
  })
})
