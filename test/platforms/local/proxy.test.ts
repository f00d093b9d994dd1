import { Agent, request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Edge } from '@deploy-kit/platforms/local-edge'
import type { Platform, Release } from '@deploy-kit/rollout'
import { edgeIn, openPlatform, serving, signal, takeLease, Workplace } from './under-test.ts'

describe('an edge with a stable version and a canary', () => {
  let workplace: Workplace
  let edge: Edge
  let platform: Platform
  let one: Release
  let two: Release
  beforeAll(async () => {
    workplace = await Workplace.open()
    edge = await edgeIn(workplace)
    platform = await openPlatform(edge.adminUrl)
    await takeLease(platform)
    one = await workplace.release('one', { GREETING: 'from the release' })
    two = await workplace.release('two')
    await serving(platform, one)
    await platform.target.prepare(two, signal)
  })
  afterAll(async () => {
    await edge.close()
    await workplace[Symbol.asyncDispose]()
  })

  const digestOf = async (headers: Record<string, string> = {}): Promise<string | null> => {
    const response = await fetch(edge.url, { headers })
    await response.text()
    return response.headers.get('x-deploy-kit-digest')
  }
  const metrics = async (): Promise<string> => (await fetch(`${edge.adminUrl}/metrics`)).text()

  test('5 % of 200 requests are 10, and each answer names its version', async () => {
    await platform.target.shift(5, signal)
    const answers = await Promise.all(Array.from({ length: 200 }, () => digestOf()))
    expect(answers.filter((digest) => digest === two.digest)).toHaveLength(10)
    expect(answers.filter((digest) => digest === one.digest)).toHaveLength(190)
    await platform.target.shift(0, signal)
  })

  test('a header pins a side whatever the weight', async () => {
    expect(await digestOf({ 'x-deploy-kit-side': 'canary' })).toBe(two.digest)
    expect(await digestOf({ 'x-deploy-kit-side': 'stable' })).toBe(one.digest)
    expect(await digestOf({ 'x-deploy-kit-side': 'neither' })).toBe(one.digest)
  })

  test('a version runs with the environment of its image and of its release, and with nothing of the edge', async () => {
    process.env['SECRET_OF_THE_EDGE'] = 'secret'
    const response = await fetch(`${edge.url}/environment`)
    const environment = (await response.json()) as Record<string, string>
    delete process.env['SECRET_OF_THE_EDGE']
    expect(environment).toMatchObject({
      VERSION: 'one',
      GREETING: 'from the release',
      DEPLOY_KIT_DIGEST: one.digest,
      PORT: expect.any(String),
    })
    expect(environment['cwd']).toMatch(/rootfs\/app$/)
    expect(environment).not.toHaveProperty('SECRET_OF_THE_EDGE')
  })

  test('bodies stream both ways while both are open', async () => {
    const parts: string[] = []
    await new Promise<void>((resolve, reject) => {
      const sent = request(`${edge.url}/stream`, { method: 'POST', agent: false }, (response) => {
        response.setEncoding('utf8')
        response.on('data', (part: string) => {
          parts.push(part)
          // The rest of the request is sent only when the first part of the answer is here.
          if (parts.length === 1) sent.end('go on')
        })
        response.on('end', resolve)
      })
      sent.on('error', reject)
      sent.flushHeaders()
    })
    expect(parts.join(' ')).toBe('first second')
  })

  test('a large body comes back unchanged', async () => {
    const body = Buffer.alloc(3_000_000, 'deploy-kit ')
    const response = await fetch(`${edge.url}/echo`, { method: 'POST', body })
    expect(Buffer.from(await response.arrayBuffer()).equals(body)).toBe(true)
  })

  test('connections are kept alive on both sides of the edge', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const reused: boolean[] = []
    for (let turn = 0; turn < 3; turn += 1)
      await new Promise<void>((resolve, reject) => {
        const sent = request(edge.url, { agent }, (response) => response.resume().on('end', resolve))
        sent.on('error', reject)
        sent.on('close', () => reused.push(sent.reusedSocket))
        sent.end()
      })
    agent.destroy()
    expect(reused.slice(1)).toEqual([true, true])
  })

  test('a WebSocket is connected to the side that is pinned or dealt', async () => {
    const said = await new Promise<string>((resolve, reject) => {
      const socket = new WebSocket(edge.url.replace('http', 'ws'))
      socket.addEventListener('open', () => socket.send('hello'))
      socket.addEventListener('message', ({ data }) => {
        resolve(String(data))
        socket.close()
      })
      socket.addEventListener('error', () => reject(new Error('the WebSocket failed')))
    })
    expect(said).toBe('one:hello')
  })

  test('a resting connection that the version closes in the moment of the next request loses no request', async () => {
    const headers = { 'x-deploy-kit-side': 'canary' }
    const statuses: number[] = []
    for (let turn = 0; turn < 10; turn += 1) {
      const response = await fetch(`${edge.url}/connection`, { headers })
      expect(await response.text()).toBe('two')
      statuses.push(response.status)
    }
    expect(statuses).toEqual(Array.from({ length: 10 }, () => 200))
  })

  test('a request that may have been heard is not sent twice', async () => {
    const headers = { 'x-deploy-kit-side': 'canary' }
    await (await fetch(`${edge.url}/connection`, { headers })).text()
    const response = await fetch(`${edge.url}/connection`, { method: 'POST', headers, body: 'order' })
    expect(response.status).toBe(502)
  })

  test('an answer that breaks off is not passed on as a whole one, and counts as 502 of its version', async () => {
    const response = await fetch(`${edge.url}/break-off`)
    expect(response.status).toBe(200)
    await expect(response.text()).rejects.toThrow()
    expect(await metrics()).toContain(`deploy_kit_requests_total{app="shop.local",digest="${one.digest}",configuration="c1",code="502"} 1`)
  })

  test('a client that leaves is not held against the version', async () => {
    const leave = new AbortController()
    const answer = fetch(`${edge.url}/slow?ms=5000`, { signal: leave.signal })
    setTimeout(() => leave.abort(), 50)
    await expect(answer).rejects.toThrow()
    while (!(await metrics()).includes('code="499"} 1')) await new Promise((resolve) => setTimeout(resolve, 10))
    expect(await metrics()).toContain('code="502"} 1\n')
  })

  test('requests are counted by digest and status, and pinned ones apart', async () => {
    const before = await metrics()
    await (await fetch(`${edge.url}/error`)).text()
    await (await fetch(`${edge.url}/error`, { headers: { 'x-deploy-kit-side': 'canary' } })).text()
    const after = await metrics()
    const requests = `deploy_kit_requests_total{app="shop.local",digest="${one.digest}",configuration="c1",code="500"} 1`
    expect(before).not.toContain(requests)
    expect(after).toContain(requests)
    expect(after).toContain(`deploy_kit_pinned_requests_total{app="shop.local",digest="${two.digest}",configuration="c1",code="500"} 1`)
    expect(after).not.toContain(`deploy_kit_requests_total{app="shop.local",digest="${two.digest}",configuration="c1",code="500"}`)
    expect(after).toMatch(
      /^deploy_kit_request_duration_seconds_bucket\{app="shop.local",digest="sha256:\w+",configuration="c1",le="\+Inf"\} \d+$/m,
    )
  })
})

describe('a release under load', () => {
  test('20 changes of weight and two promotions lose no request and mix up no version', async () => {
    await using workplace = await Workplace.open()
    const edge = await edgeIn(workplace)
    const platform = await openPlatform(edge.adminUrl, { options: { 'keep-old-for': '0s', replicas: 2 } })
    await takeLease(platform)
    const versions = await Promise.all(['one', 'two', 'three'].map((name) => workplace.release(name)))
    const [one, two, three] = versions as [Release, Release, Release]
    await serving(platform, one)

    const over = new AbortController()
    let sent = 0
    const lost: string[] = []
    const user = async (index: number): Promise<void> => {
      while (!over.signal.aborted) {
        sent += 1
        const isOrder = index % 2 === 0
        const path = isOrder ? '/echo' : `/slow?ms=${(sent * 7) % 30}`
        try {
          const response = await fetch(`${edge.url}${path}`, isOrder ? { method: 'POST', body: 'an order' } : {})
          const text = await response.text()
          const answered = versions.find(({ digest }) => digest === response.headers.get('x-deploy-kit-digest'))
          if (response.status !== 200 || text !== (isOrder ? 'an order' : answered?.version)) lost.push(`${response.status} ${text}`)
        } catch (error) {
          lost.push(String(error))
        }
      }
    }
    const users = Array.from({ length: 16 }, (_, index) => user(index))
    await platform.target.prepare(two, signal)
    for (let change = 1; change <= 20; change += 1) await platform.target.shift((change * 37) % 101, signal)
    await platform.target.shift(100, signal)
    await platform.target.promote(signal)
    await serving(platform, three)
    // The replaced versions are drained and ended while the load goes on.
    while ((await (await fetch(`${edge.adminUrl}/v1/apps`)).text()).includes('"kept"'))
      await new Promise((resolve) => setTimeout(resolve, 20))
    over.abort()
    await Promise.all(users)
    await edge.close()
    expect(lost).toEqual([])
    expect(sent).toBeGreaterThan(100)
  })
})
