import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from '@jest/globals'
import { KitError, patient, request, requestAs, single, urgent, type RetryPolicy } from '@deploy-kit/core'
import { ManualClock } from '../../fakes/manual-clock.ts'

type Answer = (response: ServerResponse, request: IncomingMessage) => void
const answer =
  (status: number, body = '', headers: Readonly<Record<string, string>> = {}): Answer =>
  (response) =>
    response.writeHead(status, headers).end(body)
const hangUp: Answer = (response) => response.destroy()

/** A server that gives one answer after the other and fails the test when it is asked once too often. */
const serverOf = async (...answers: readonly Answer[]) => {
  const asked: string[] = []
  const server = createServer((incoming, response) => {
    const next = answers[asked.length]
    asked.push(`${incoming.method} ${incoming.url}`)
    if (next === undefined) response.writeHead(599).end('asked once too often')
    else next(response, incoming)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  open.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}
const open: (() => void)[] = []
afterEach(() => {
  for (const close of open.splice(0)) close()
})

/** A clock that remembers the pauses. */
class PausesClock extends ManualClock {
  readonly pauses: number[] = []
  override async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.pauses.push(ms)
    await super.sleep(ms, signal)
  }
}
const quiet: RetryPolicy = { ...patient, jitter: false }

describe('an answer', () => {
  test.each([200, 204, 301, 401, 404, 409, 501])('of status %d is final: the caller judges it', async (status) => {
    const server = await serverOf(answer(status))
    expect(await request(`${server.url}/a?b`)).toMatchObject({ status, body: '' })
    expect(server.asked).toEqual(['GET /a?b'])
  })

  test('comes with its headers and its body; what was sent has arrived', async () => {
    const server = await serverOf((response, incoming) => {
      incoming
        .setEncoding('utf8')
        .once('data', (body: string) => response.setHeader('x-kit', 'yes').end(`${incoming.headers['if-match']} ${body}`))
    })
    const got = await request(server.url, { method: 'PUT', headers: { 'if-match': '"7"' }, body: 'weight=5' })
    expect(got.body).toBe('"7" weight=5')
    expect(got.headers.get('x-kit')).toBe('yes')
  })
})

describe('a busy server', () => {
  test.each([408, 425, 429, 500, 502, 503, 504])('that says %d is asked again', async (status) => {
    const server = await serverOf(answer(status), answer(200, 'here'))
    expect(await request(server.url, { policy: quiet, clock: new PausesClock() })).toMatchObject({ status: 200, body: 'here' })
  })

  test('is left longer and longer in peace, up to the longest pause, and then given up', async () => {
    const server = await serverOf(...Array.from({ length: 5 }, () => answer(503, 'overloaded')))
    const clock = new PausesClock()
    await expect(request(`${server.url}/weight`, { policy: { ...quiet, longestPauseMs: 800 }, clock })).rejects.toMatchObject({
      code: 'http-unreachable',
      message: `GET ${server.url}/weight was tried 5 times without success: status 503: overloaded`,
    })
    expect(clock.pauses).toEqual([250, 500, 800, 800])
  })

  test('is not asked by all clients in step: a pause is stretched by chance, to twice its length at most', async () => {
    const server = await serverOf(answer(503), answer(503), answer(200))
    const clock = new PausesClock()
    await request(server.url, { policy: patient, clock, random: () => 0.5 })
    expect(clock.pauses).toEqual([375, 750])
  })

  test('says itself when to come back, in seconds', async () => {
    const server = await serverOf(answer(429, '', { 'retry-after': '7' }), answer(200))
    const clock = new PausesClock()
    await request(server.url, { policy: quiet, clock })
    expect(clock.pauses).toEqual([7_000])
  })

  test('or as a date', async () => {
    const clock = new PausesClock(Date.UTC(2026, 0, 1))
    const server = await serverOf(answer(503, '', { 'retry-after': 'Thu, 01 Jan 2026 00:00:03 GMT' }), answer(200))
    await request(server.url, { policy: quiet, clock })
    expect(clock.pauses).toEqual([3_000])
  })

  test('is not waited for longer than the policy allows', async () => {
    const server = await serverOf(answer(503, '', { 'retry-after': '3600' }), answer(200))
    const clock = new PausesClock()
    await request(server.url, { policy: urgent, clock })
    expect(clock.pauses).toEqual([500])
  })
})

describe('a connection that fails', () => {
  test('is tried again', async () => {
    const server = await serverOf(hangUp, hangUp, answer(200))
    expect(await request(server.url, { policy: quiet, clock: new PausesClock() })).toMatchObject({ status: 200 })
  })

  test('is tried once under the policy for requests that must not be repeated', async () => {
    const server = await serverOf(hangUp)
    await expect(request(server.url, { method: 'POST', policy: single })).rejects.toMatchObject({
      code: 'http-unreachable',
      message: expect.stringContaining(`POST ${server.url}/ was tried once without success`),
    })
    expect(server.asked).toHaveLength(1)
  })

  test('says nothing of the query, which may hold a secret', async () => {
    const server = await serverOf(hangUp)
    const failed = request(`${server.url}/a?token=hunter2`, { policy: single })
    await expect(failed).rejects.toMatchObject({ message: expect.not.stringContaining('hunter2') })
  })

  test('is given up after the timeout of a try when the server is silent', async () => {
    const server = await serverOf(() => undefined)
    await expect(request(server.url, { policy: { ...single, timeoutMs: 30 } })).rejects.toMatchObject({
      code: 'http-unreachable',
      message: expect.stringContaining('timeout'),
    })
  })
})

describe('an abort', () => {
  const reason = new KitError('cancelled', 'The run was cancelled by SIGINT.')

  test('ends a request under way, with its own reason', async () => {
    const controller = new AbortController()
    const server = await serverOf(() => controller.abort(reason))
    await expect(request(server.url, { signal: controller.signal })).rejects.toBe(reason)
    expect(server.asked).toHaveLength(1)
  })

  test('ends the pause between two tries', async () => {
    const controller = new AbortController()
    const clock = new PausesClock()
    clock.onTick = () => controller.abort(reason)
    const server = await serverOf(answer(503), answer(200))
    await expect(request(server.url, { signal: controller.signal, policy: quiet, clock })).rejects.toBe(reason)
    expect(server.asked).toHaveLength(1)
  })

  test('that came before asks nobody', async () => {
    const server = await serverOf()
    await expect(request(server.url, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(server.asked).toEqual([])
  })
})

const read = async (response: Response): Promise<number> => (await response.arrayBuffer()).byteLength

describe('a body that is no text', () => {
  test('is read as the caller says, anew for each try', async () => {
    const server = await serverOf(
      (response) => response.writeHead(200, { 'content-length': '9' }).write('abc', () => response.destroy()),
      answer(200, 'whole'),
    )
    expect(await requestAs(server.url, { policy: quiet, clock: new PausesClock(), read })).toMatchObject({ status: 200, body: 5 })
    expect(server.asked).toHaveLength(2)
  })

  test('ends the request when the reader finds it wrong', async () => {
    const server = await serverOf(answer(200, 'forged'))
    const wrong = new KitError('image-layout-invalid', 'not what was promised')
    await expect(requestAs(server.url, { policy: quiet, read: () => Promise.reject(wrong) })).rejects.toBe(wrong)
    expect(server.asked).toHaveLength(1)
  })

  test('is sent from a file again with each try', async () => {
    const seen: string[] = []
    const receive =
      (status: number): Answer =>
      (response, incoming) => {
        let body = ''
        incoming.setEncoding('utf8').on('data', (part: string) => (body += part))
        incoming.on('end', () => {
          seen.push(`${incoming.headers['content-length']} ${body}`)
          response.writeHead(status).end()
        })
      }
    const server = await serverOf(receive(503), receive(201))
    const answered = await request(server.url, { method: 'PUT', body: new Blob(['layer']), policy: quiet, clock: new PausesClock() })
    expect(answered.status).toBe(201)
    expect(seen).toEqual(['5 layer', '5 layer'])
  })
})

test('a caller that judges the last answer itself gets it when the tries are used up', async () => {
  const server = await serverOf(...Array.from({ length: 5 }, () => answer(429, 'slowly')))
  const answered = await request(server.url, { policy: quiet, clock: new PausesClock(), lastIsAnswer: true })
  expect(answered).toMatchObject({ status: 429, body: 'slowly' })
  expect(server.asked).toHaveLength(5)
})
