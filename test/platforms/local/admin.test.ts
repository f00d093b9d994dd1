import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { KitError } from '@deploy-kit/core'
import { platformOptions } from '@deploy-kit/platforms'
import type { Edge } from '@deploy-kit/platforms/local-edge'
import { edgeIn, openPlatform, serving, signal, takeLease, Workplace } from './under-test.ts'

describe('the admin API of an edge', () => {
  let workplace: Workplace
  let edge: Edge
  beforeAll(async () => {
    workplace = await Workplace.open()
    edge = await edgeIn(workplace)
  })
  afterAll(async () => {
    await edge.close()
    await workplace[Symbol.asyncDispose]()
  })

  const statusFor = (host: string): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      request(`${edge.adminUrl}/v1/apps`, { headers: { host }, agent: false }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
        .on('error', reject)
        .end()
    })

  test.each([
    ['127.0.0.1:7070', 200],
    ['localhost', 200],
    ['[::1]:7070', 200],
    ['edge.attacker.example', 400],
    ['127.0.0.1.attacker.example', 400],
    ['localhost.attacker.example:7070', 400],
  ])('a request to the name %s is answered with %i', async (host, status) => {
    expect(await statusFor(host)).toBe(status)
  })

  test.each([
    ['PUT', '/v1/apps/shop.local/documents/lease', {}, 'If-Match'],
    ['PUT', '/v1/apps/Shop/documents/lease', { 'if-none-match': '*' }, 'no name of an app'],
    ['PUT', '/v1/apps/shop.local/documents/..%2Fedge', { 'if-none-match': '*' }, 'no name of a document'],
    ['GET', '/v1/apps/unknown', {}, 'No app `unknown` is known here'],
    ['PATCH', '/v1/apps/shop.local', {}, 'There is no PATCH'],
  ])('%s %s is refused in words', async (method, path, headers, words) => {
    const response = await fetch(`${edge.adminUrl}${path}`, { method, headers })
    expect(response.status).toBeGreaterThanOrEqual(400)
    expect(await response.json()).toMatchObject({ message: expect.stringContaining(words), remedy: expect.any(String) })
  })

  test('bodies are checked, and the answer names the field', async () => {
    const platform = await openPlatform(edge.adminUrl)
    await takeLease(platform)
    const response = await fetch(`${edge.adminUrl}/v1/apps/shop.local/weight`, {
      method: 'PUT',
      headers: { 'x-deploy-kit-lease': 'acme/shop/1#1' },
      body: JSON.stringify({ weight: 101 }),
    })
    expect(await response.json()).toMatchObject({ code: 'input-invalid', message: expect.stringContaining('weight: ') })
  })

  test('an error of the edge is the same error at the client, with its remedy', async () => {
    const platform = await openPlatform(edge.adminUrl, { run: { id: 'acme/shop/9', attempt: 1 } })
    const refused: unknown = await platform.target.shift(5, signal).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(KitError)
    expect(refused).toMatchObject({ code: 'lease-required', message: expect.stringContaining('acme/shop/9#1') })
  })

  test('an edge that is not there is named', async () => {
    const platform = await openPlatform('http://127.0.0.1:9')
    await expect(platform.target.shift(0, signal)).rejects.toMatchObject({
      code: 'platform-unreachable',
      message: expect.stringContaining('http://127.0.0.1:9'),
    })
  })

  test('several apps have their own port, versions and lease', async () => {
    const [shop, blog] = [await openPlatform(edge.adminUrl), await openPlatform(edge.adminUrl, { options: { name: 'blog' } })]
    for (const platform of [shop, blog]) await takeLease(platform)
    await serving(shop, await workplace.release('one'))
    await serving(blog, await workplace.release('two'))
    const addresses = await Promise.all([shop, blog].map(async ({ target }) => (await target.endpoint('stable', signal))?.url ?? ''))
    expect(addresses[0]).toBe(edge.url)
    expect(await Promise.all(addresses.map(async (url) => (await fetch(url)).text()))).toEqual(['one', 'two'])
  })

  test.each([
    [{ admin: 'https://example.com' }, 'admin'],
    [{ readiness: 'health' }, 'readiness'],
    [{ 'ready-within': 'soon' }, 'ready-within'],
    [{ replica: 2 }, 'replica'],
  ])('the options %j are refused', async (options, field) => {
    const { error } = (await platformOptions.local()).safeParse(options)
    expect(error?.message).toContain(field)
  })
})
