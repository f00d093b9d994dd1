import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { readSuite, run, type SmokeOptions, type SmokeReport } from '@deploy-kit/smoke'
import { ManualClock } from '../fakes/manual-clock.ts'
import { json, ShopUnderTest } from './shop-under-test.ts'

let shop: ShopUnderTest
let elsewhere: ShopUnderTest
let clock: ManualClock
beforeEach(async () => {
  shop = await new ShopUnderTest().open()
  elsewhere = await new ShopUnderTest().open()
  clock = new ManualClock()
})
afterEach(() => Promise.all([shop.close(), elsewhere.close()]))

const smoke = async (yaml: string, options: Partial<SmokeOptions> = {}): Promise<SmokeReport> =>
  run(await readSuite(yaml, 'smoke.yml'), { url: shop.url, clock, ...options })

const suiteOf = (check: string, more = ''): string =>
  `name: shop\n${more}\nchecks:\n- name: products\n  request: { path: /api/products }\n${check}`
const failureOf = async (yaml: string, options?: Partial<SmokeOptions>): Promise<string | undefined> =>
  (await smoke(yaml, options)).checks[0]?.failure

const products = { items: [{ name: 'tea', price: 5 }, { name: 'cup', price: 12 }] } // prettier-ignore

describe('checking an answer', () => {
  test.each([
    ['any 2xx', ''],
    ['a status', 'expect: { status: 200 }'],
    ['one of several', 'expect: { status: [204, 200] }'],
    ['a header without its parameters', 'expect: { header: { Content-Type: application/json } }'],
    [
      'a header by predicates',
      'expect: { header: { content-type: { contains: utf-8, matches: ^application, exists: true }, x-debug: { exists: false } } }',
    ],
    ['text in the body', 'expect: { body: { contains: tea, matches: "price.*12" } }'],
    ['a value', 'expect: { json: { "$.items[0].price": { equals: 5, above: 4.9, below: 6 } } }'],
    ['every value that is found', 'expect: { json: { "$.items[*].price": { above: 0, count: 2 } } }'],
    ['a filter', 'expect: { json: { "$.items[?@.price > 10].name": { equals: cup } } }'],
    ['what must not be', 'expect: { json: { $.error: { exists: false } } }'],
    ['an object', 'expect: { json: { "$.items[0]": { equals: { price: 5, name: tea } } } }'],
    [
      'text and list members',
      'expect: { json: { "$.items[0].name": { matches: ^t, contains: ea }, $.items: { contains: { name: tea, price: 5 } } } }',
    ],
  ])('%s holds', async (_what, expectation) => {
    shop.on('/api/products', json(products))
    expect(await failureOf(suiteOf(`  ${expectation}`))).toBeUndefined()
  })

  test.each([
    ['expect: { status: [201, 204] }', 'expected status 201 or 204, got 200 with body "{\\"items\\":'],
    [
      'expect: { header: { content-type: text/html } }',
      'expected header content-type to be "text/html", got "application/json; charset=utf-8"',
    ],
    ['expect: { header: { x-version: { exists: true } } }', 'expected header x-version to exist, got nothing'],
    ['expect: { header: { content-type: { exists: false } } }', 'expected header content-type not to exist, got "application/json'],
    ['expect: { body: { contains: coffee, matches: ^x } }', 'expected the body to contain "coffee" and to match /^x/su, got "{'],
    ['expect: { json: { "$.items[1].price": { equals: "12" } } }', 'expected $.items[1].price to equal "12", got 12'],
    ['expect: { json: { "$.items[*].price": { above: 5 } } }', 'expected $.items[*].price to be above 5, got 5'],
    ['expect: { json: { "$.items[0].name": { below: 9 } } }', 'expected $.items[0].name to be below 9, got "tea"'],
    ['expect: { json: { $.price: { exists: true } } }', 'expected $.price to exist, got nothing there in {"items"'],
    ['expect: { json: { "$.items[*]": { count: 3 } } }', 'expected $.items[*] to find 3 values, got 2'],
    ['expect: { json: { $.items: { exists: false } } }', 'expected $.items not to exist, got [{'],
  ])('%s fails', async (expectation, failure) => {
    shop.on('/api/products', json(products))
    expect(await failureOf(suiteOf(`  ${expectation}`))).toContain(failure)
    expect(shop.requests).toHaveLength(1)
  })

  test('an error page is shown in the failure, cut to 300 characters', async () => {
    shop.on('/api/products', { status: 500, body: `stack ${'x'.repeat(400)}` })
    const failure = await failureOf(suiteOf('  expect: { json: { $.items: { exists: true } } }'))
    expect(failure).toContain(`expected status 2xx, got 500 with body "stack ${'x'.repeat(294)}… (406 characters)"\n`)
    expect(failure).toContain('expected the body to be JSON, got "stack ')
  })

  test('a slow answer is a wrong one', async () => {
    shop.on('/api/products', json(products)).onRequest = () => {
      clock.time += 812
    }
    const report = await smoke(suiteOf('  expect: { max-latency: 500ms }'))
    expect(report.checks).toMatchObject([{ failure: 'expected an answer within 500 ms, got it after 812 ms', attempts: 1, latencyMs: 812 }])
  })
})

describe('which version answered', () => {
  const digest = `sha256:${'a'.repeat(64)}`

  test('a stale instance that answers 200 fails the suite', async () => {
    shop.on('/api/products', { headers: { 'x-version': '1.0.0' } })
    expect(await failureOf(suiteOf('', 'expect-version: { header: X-Version }'), { expectedVersion: { version: '1.1.0', digest } })).toBe(
      `expected version 1.1.0 or ${digest} in header x-version, got "1.0.0": another version answered`,
    )
  })

  test('the digest may be asked for at a path of its own, before everything else', async () => {
    shop.on('/api/products', json(products)).on('/version', json({ version: '1.1.0', digest }))
    const report = await smoke(suiteOf('', 'expect-version: { json: $.digest }'), { expectedVersion: { digest } })
    expect(report).toMatchObject({ passed: true, checks: [{ name: 'expect-version' }, { name: 'products' }] })
    expect(shop.requests.map(({ path }) => path)).toEqual(['/version', '/api/products'])
  })

  test('one stale instance among several is found by sampling in a row', async () => {
    const fresh = { headers: { 'x-version': '1.1.0' } }
    shop.on('/api/products', fresh, fresh, { headers: { 'x-version': '1.0.0' } }, fresh)
    const report = await smoke(suiteOf('', 'consecutive: 4\nexpect-version: { header: x-version }'), {
      expectedVersion: { version: '1.1.0' },
    })
    expect(report).toMatchObject({ passed: false, checks: [{ attempts: 3 }] })
  })

  test('an answer that names no version is not the expected one', async () => {
    shop.on('/version', { body: '<html>' }).on('/api/products', {})
    const failure = await failureOf(suiteOf('', 'expect-version: { json: $.version }'), { expectedVersion: { version: '1.1.0' } })
    expect(failure).toBe('expected version 1.1.0 in $.version, got nothing: another version answered')
  })

  test('a suite that asks for a version is not run without one', async () => {
    await expect(smoke(suiteOf('', 'expect-version: { header: x-version }'))).rejects.toMatchObject({ code: 'input-invalid' })
    expect(shop.requests).toEqual([])
  })
})

describe('trying again', () => {
  test('each sample has a connection of its own, so that a balancer can pick another instance', async () => {
    shop.on('/api/products', json(products))
    await smoke(suiteOf('', 'consecutive: 3'))
    expect(shop.connections).toBe(3)
    expect(shop.requests.map(({ headers }) => headers.connection)).toEqual(['close', 'close', 'close'])
  })

  test.each([[502], [503], [504], ['hang up' as const]])('%s is tried again, and the check is flaky', async (trouble) => {
    shop.on('/api/products', typeof trouble === 'number' ? { status: trouble } : trouble, json(products))
    const report = await smoke(suiteOf(''))
    expect(report).toMatchObject({ passed: true, flaky: 1, checks: [{ attempts: 2, flaky: true }], durationMs: 100 })
  })

  test('a wrong answer is never tried again', async () => {
    shop.on('/api/products', { status: 500 }, json(products))
    expect(await smoke(suiteOf(''))).toMatchObject({ passed: false, flaky: 0, checks: [{ attempts: 1, flaky: false }] })
  })

  test('a try without an answer ends the row', async () => {
    const good = json(products)
    shop.on('/api/products', good, good, { status: 503 }, good)
    expect(await smoke(suiteOf('', 'consecutive: 3'))).toMatchObject({ passed: true, checks: [{ attempts: 6 }] })
  })

  test('a 503 that is expected is an answer', async () => {
    shop.on('/api/products', { status: 503 })
    expect(await smoke(suiteOf('  expect: { status: 503 }'))).toMatchObject({ passed: true, checks: [{ attempts: 1 }] })
  })

  test('pauses grow until the one deadline, and what was not run is said to be so', async () => {
    shop.on('/api/products', { status: 503, body: 'warming up' })
    const report = await smoke(suiteOf('- { name: home, request: { path: / } }', 'deadline: 5s'))
    expect(report).toMatchObject({
      passed: false,
      durationMs: 5_000,
      checks: [
        {
          name: 'products',
          attempts: 6,
          failure: 'the deadline of the suite passed after 6 tries; the last one brought status 503 with body "warming up"',
        },
        { name: 'home', attempts: 0, failure: 'not run: the deadline of the suite had passed' },
      ],
    })
  })

  test('nobody at home is told with the address of the refusal', async () => {
    const gone = await new ShopUnderTest().open()
    const { url } = gone
    await gone.close()
    expect(await failureOf(suiteOf('', 'deadline: 1s'), { url })).toMatch(/the last one brought .*connect ECONNREFUSED 127\.0\.0\.1:\d+$/)
  })

  test('a request that is never answered is given up after the time of a try', async () => {
    shop.on('/api/products', 'never', json(products))
    expect(await smoke(suiteOf('', 'timeout: 50ms'))).toMatchObject({ passed: true, flaky: 1 })
  })

  test('a cancelled run stops with the reason, in the middle of a request', async () => {
    const controller = new AbortController()
    shop.on('/api/products', 'never').onRequest = () => controller.abort(new Error('cancelled by a person'))
    await expect(smoke(suiteOf(''), { signal: controller.signal })).rejects.toThrow('cancelled by a person')
  })
})

describe('what is sent', () => {
  test('headers of the side under test win over those of check and suite', async () => {
    shop.on('/api/products', json(products))
    const check = '  expect: {}\n- { name: more, request: { path: /api/products, headers: { X-Side: check, x-own: check } } }'
    await smoke(suiteOf(check, 'headers: { x-side: suite, x-own: suite }'), { headers: { 'X-Side': 'canary' } })
    expect(shop.requests.map(({ headers }) => [headers['x-side'], headers['x-own']])).toEqual([['canary', 'suite'], ['canary', 'check']]) // prettier-ignore
  })

  test('variables fill requests, JSON is sent as JSON, and the path of the address is kept', async () => {
    shop.on('/shop/api/orders?of=7', { status: 201 })
    const order = '- { name: a, request: { method: POST, path: "/api/orders?of=${id}", body: { product: "${id}", note: [1, null] } } }'
    expect(await smoke(`name: shop\nchecks:\n${order}`, { url: `${shop.url}/shop/`, variables: { id: '7' } })).toMatchObject({
      passed: true,
    })
    expect(shop.requests).toMatchObject([
      { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"product":"7","note":[1,null]}' },
    ])
  })

  test('a variable that was not given stops the run before anything is sent', async () => {
    await expect(smoke(suiteOf('', 'headers: { authorization: "Bearer ${token}" }'), { variables: { id: '7' } })).rejects.toMatchObject({
      code: 'smoke-variable-missing',
      message: 'The suite `shop` uses `${token}`, which was not given; given: id.',
    })
    expect(shop.requests).toEqual([])
  })

  test.each([
    ['as it is', (secret: string) => secret],
    ['in JSON', (secret: string) => JSON.stringify(secret)],
    ['in an address', encodeURIComponent],
  ])('a secret that the server echoes %s is in no report, not even cut in half', async (_how, echoed) => {
    const token = 'correct horse "battery"'
    // The secret begins before the 300th character of the answer and ends after it.
    shop.on('/api/products', { status: 401, body: `${'x'.repeat(290)} ${echoed(token)}` })
    const report = await smoke(suiteOf('', 'headers: { x-token: "${token}" }'), { secrets: { token } })
    expect(shop.requests[0]?.headers['x-token']).toBe(token)
    expect(report.checks[0]?.failure).toContain('xxx')
    expect(JSON.stringify(report)).not.toMatch(/corr|horse|battery/)
  })

  test('a redirect is the answer unless following it is asked for; headers stay with their origin', async () => {
    elsewhere.on('/landed', json(products))
    shop
      .on('/api/products', { status: 302, headers: { location: '/moved' } })
      .on('/moved', { status: 301, headers: { location: `${elsewhere.url}/landed` } })
    expect(await failureOf(suiteOf(''))).toContain('expected status 2xx, got 302')
    const follows = 'name: shop\nheaders: { x-token: t }\nchecks: [{ name: a, request: { path: /api/products, redirects: 2 } }]'
    expect(await smoke(follows)).toMatchObject({ passed: true })
    expect(shop.requests.at(-1)).toMatchObject({ path: '/moved', headers: { 'x-token': 't' } })
    expect(elsewhere.requests[0]?.headers).not.toHaveProperty('x-token')
  })

  test('an address that is none is refused', async () => {
    await expect(smoke(suiteOf(''), { url: 'shop:8080' })).rejects.toMatchObject({ code: 'input-invalid' })
  })
})
