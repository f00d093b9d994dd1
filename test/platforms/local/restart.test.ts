import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { Platform, Release } from '@deploy-kit/rollout'
import { edgeIn, eventually, openPlatform, serving, signal, takeLease, Workplace } from './under-test.ts'

const edgeProcess = fileURLToPath(new URL('../../fixtures/local/edge-process.ts', import.meta.url))

/** An edge as a process of its own. */
class RunningEdge {
  readonly child: ChildProcess
  readonly url: string
  readonly adminUrl: string

  private constructor(child: ChildProcess, addresses: { url: string; adminUrl: string }) {
    this.child = child
    this.url = addresses.url
    this.adminUrl = addresses.adminUrl
  }

  static async start(stateDir: string): Promise<RunningEdge> {
    const child = spawn(process.execPath, ['--conditions=source', edgeProcess, stateDir], { stdio: ['ignore', 'pipe', 'inherit'] })
    for await (const line of createInterface(child.stdout)) return new RunningEdge(child, JSON.parse(line) as RunningEdge)
    throw new Error('the edge ended before it was ready')
  }

  async end(name: NodeJS.Signals): Promise<number | null> {
    const exit = once(this.child, 'exit') as Promise<[number | null]>
    this.child.kill(name)
    return (await exit)[0]
  }

  /** The port of the process that answers for a side. */
  async portOf(side: string): Promise<string> {
    const response = await fetch(`${this.url}/environment`, { headers: { 'x-deploy-kit-side': side } })
    return ((await response.json()) as { PORT: string }).PORT
  }
}

/** Whether a version's own port is answered: a process that has ended may still have a number until its parent asks. */
const isAlive = (port: string): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/`).then(
    () => true,
    () => false,
  )

describe('an edge that is started again', () => {
  let workplace: Workplace
  let edge: RunningEdge
  let platform: Platform
  let one: Release
  let two: Release
  beforeEach(async () => {
    workplace = await Workplace.open()
    edge = await RunningEdge.start(workplace.stateDir)
    platform = await openPlatform(edge.adminUrl)
    await takeLease(platform)
    one = await workplace.release('one', { COLOUR: 'blue' })
    two = await workplace.release('two')
    await serving(platform, one)
    await platform.target.prepare(two, signal)
    await platform.target.shift(25, signal)
    await platform.documents.write('records', { last: one.digest }, undefined, signal)
  })
  afterEach(async () => {
    if (edge.child.exitCode === null && edge.child.signalCode === null) await edge.end('SIGTERM')
    await workplace[Symbol.asyncDispose]()
  })

  const isAsItWas = async (before: RunningEdge): Promise<void> => {
    expect([edge.url, edge.adminUrl]).toEqual([before.url, before.adminUrl])
    expect(await platform.target.describe(signal)).toMatchObject({
      stable: { runningDigest: one.digest, ready: 1, release: { environment: { COLOUR: 'blue' } } },
      canary: { runningDigest: two.digest, ready: 1 },
      weight: 25,
    })
    expect((await platform.documents.read('records', signal))?.value).toEqual({ last: one.digest })
    // The lease still holds, so whoever had it goes on.
    await platform.target.shift(50, signal)
    expect((await (await fetch(edge.url)).text()).length).toBe(3)
  }

  test('after a kill it is as it was, and what it had left running is ended', async () => {
    const before = edge
    const orphans = [await edge.portOf('stable'), await edge.portOf('canary')]
    await edge.end('SIGKILL')
    expect(await Promise.all(orphans.map(isAlive))).toEqual([true, true])
    edge = await RunningEdge.start(workplace.stateDir)
    await isAsItWas(before)
    expect(await Promise.all(orphans.map(isAlive))).toEqual([false, false])
  })

  test('after a clean stop it is as it was, and nothing had been left running', async () => {
    const before = edge
    const processes = [await edge.portOf('stable'), await edge.portOf('canary')]
    const slow = fetch(`${edge.url}/slow?ms=200`, { headers: { 'x-deploy-kit-side': 'stable' } })
    // It must be under way before the edge is told to stop.
    await eventually(async () => (await (await fetch(`${edge.adminUrl}/healthz`)).text()).includes('true'))
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(await edge.end('SIGTERM')).toBe(0)
    expect(await (await slow).text()).toBe('one')
    expect(await Promise.all(processes.map(isAlive))).toEqual([false, false])
    edge = await RunningEdge.start(workplace.stateDir)
    await isAsItWas(before)
  })

  test('a lease that expired while the edge was down finds the traffic at home', async () => {
    await takeLease(platform, { ttlMs: 100, intent: { to: two.digest } })
    await edge.end('SIGKILL')
    await new Promise((resolve) => setTimeout(resolve, 150))
    edge = await RunningEdge.start(workplace.stateDir)
    expect(await platform.target.describe(signal)).toMatchObject({ weight: 0, canary: { ready: 1 } })
    expect((await platform.documents.read('lease', signal))?.ageMs).toBeGreaterThan(100)
  })

  test('a release whose image is gone comes back from what was unpacked', async () => {
    await platform.target.shift(0, signal)
    await platform.target.discard(signal)
    await edge.end('SIGTERM')
    await rm(one.image, { recursive: true })
    await rm(two.image, { recursive: true })
    edge = await RunningEdge.start(workplace.stateDir)
    await platform.target.prepare(two, signal)
    expect(await platform.target.describe(signal)).toMatchObject({
      stable: { runningDigest: one.digest },
      canary: { runningDigest: two.digest },
    })
  })

  test('a second edge does not take the same state', async () => {
    await expect(edgeIn(workplace)).rejects.toMatchObject({ code: 'edge-running', message: expect.stringContaining(edge.adminUrl) })
  })
})

test('a version that does not come up with the edge is tried again until it does', async () => {
  await using workplace = await Workplace.open()
  const obstacle = join(workplace.directory, 'the database is down')
  const first = await edgeIn(workplace)
  const platform = await openPlatform(first.adminUrl)
  await takeLease(platform)
  await serving(platform, await workplace.release('one', { FAULT: obstacle }))
  await first.close()
  await writeFile(obstacle, '')
  const edge = await edgeIn(workplace)
  expect((await fetch(edge.url)).status).toBe(502)
  expect(await platform.target.describe(signal)).toMatchObject({ stable: { ready: 0, replicas: 1 } })
  await rm(obstacle)
  expect(await eventually(async () => (await fetch(edge.url)).status === 200)).toBe(true)
  await edge.close()
})
