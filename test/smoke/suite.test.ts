import { readFile } from 'node:fs/promises'
import { describe, expect, test } from '@jest/globals'
import { checkSuite, readSuite, suiteJsonSchema } from '@deploy-kit/smoke'

const faultsOf = async (...lines: string[]): Promise<string[]> =>
  (await checkSuite(lines.join('\n'), 'smoke.yml')).map(({ where, message }) => `${where} ${message}`)

describe('reading a suite', () => {
  test('everything that can be said is read, with the defaults of what was not', async () => {
    const suite = await readSuite(
      [
        'name: shop',
        'deadline: 1m30s',
        'headers: { x-attempt: 1 }',
        'expect-version: { json: $.digest }',
        'checks:',
        '  - name: order',
        '    request: { method: POST, path: /api/orders, body: { product: 1 }, redirects: 2 }',
        '    expect:',
        '      status: 201',
        '      header: { Content-Type: application/json, Set-Cookie: { exists: false } }',
        '      body: { matches: "^\\\\{" }',
        '      json: { $.id: { above: 0 } }',
        '      max-latency: 500ms',
        '  - { name: home, request: { path: / } }',
      ].join('\n'),
      'smoke.yml',
    )
    expect(suite).toMatchObject({
      name: 'shop',
      deadlineMs: 90_000,
      timeoutMs: 10_000,
      consecutive: 1,
      headers: { 'x-attempt': '1' },
      expectVersion: { kind: 'json', path: '/version', query: { path: '$.digest' } },
      checks: [
        {
          name: 'order',
          request: { method: 'POST', path: '/api/orders', body: { product: 1 }, redirects: 2, headers: {} },
          expect: {
            status: [201],
            headers: { 'content-type': { is: 'application/json' }, 'set-cookie': { exists: false } },
            body: { matches: /^\{/su },
            json: [{ query: { path: '$.id' }, above: 0 }],
            maxLatencyMs: 500,
          },
        },
        { name: 'home', request: { method: 'GET', path: '/', redirects: 0 }, expect: { headers: {}, json: [] } },
      ],
    })
  })

  test('every fault is named with its place and what is allowed there, in the order of the file', async () => {
    expect(
      await faultsOf(
        'name: shop',
        'deadline: 30',
        'consecutive: 0',
        'colour: red',
        'expect-version: { header: x-version, json: $.version }',
        'checks:',
        '  - name: products',
        '    request: { path: api, method: get }',
        '    expect:',
        '      status: ok',
        '      max-latency: 5 parsecs',
        '      json:',
        '        "$.items[": { exists: true }',
        '  - name: products',
        '    expects: {}',
      ),
    ).toEqual([
      'smoke.yml:2:11 deadline: expected a duration such as 500ms or 30s, got 30',
      'smoke.yml:3:14 consecutive: expected a number from 1 to 100, got 0',
      'smoke.yml:4:1 unknown key `colour`; allowed: name, deadline, timeout, consecutive, headers, expect-version, checks',
      'smoke.yml:5:17 expect-version: give one of `header` and `json`',
      'smoke.yml:8:22 checks.0.request.path: expected a path that begins with one /, such as /api/products, got "api"',
      'smoke.yml:8:35 checks.0.request.method: expected one of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, got "get"',
      'smoke.yml:10:15 checks.0.expect.status: expected a status such as 200 or a list such as [200, 204], got "ok"',
      'smoke.yml:11:20 checks.0.expect.max-latency: `5 parsecs` is not a duration such as 500ms or 30s: write a number above 0 with ms, s, m or h',
      expect.stringMatching(/^smoke\.yml:13:21 checks\.0\.expect\.json\.\$\.items\[: `\$\.items\[` is not a JSONPath \(RFC 9535\): /),
      'smoke.yml:14:5 checks.1.request: is missing; expected a mapping with the keys method, path, headers, body, redirects',
      'smoke.yml:15:5 checks.1: unknown key `expects`; allowed: name, request, expect',
    ])
  })

  test.each([
    ['text that is not YAML', ['name: ['], /^smoke\.yml:1:8 not YAML: /],
    ['an empty file', [''], /^smoke\.yml:1:1 expected a mapping with the keys name, /],
    ['a key given twice', ['name: a', 'name: b'], /^smoke\.yml:2:1 not YAML: Map keys must be unique/],
    ['no check', ['name: a', 'checks: []'], /^smoke\.yml:2:9 checks: expected at least one check/],
    ['a path to another server', ['name: a', 'checks: [{ name: a, request: { path: //evil.example } }]'], /path that begins with one \//],
    [
      'two checks of one name',
      ['name: a', 'checks:', '- { name: a, request: { path: / } }', '- { name: a, request: { path: / } }'],
      /^smoke\.yml:4:11 .*is taken/,
    ],
    [
      'a predicate that expects nothing',
      ['name: a', 'checks:', '- { name: a, request: { path: / }, expect: { json: { $.a: {} } } }'],
      /nothing is expected/,
    ],
    [
      'a pattern that is none',
      ['name: a', 'checks:', '- { name: a, request: { path: / }, expect: { body: { matches: ( } } }'],
      /not a regular expression/,
    ],
  ])('%s', async (_what, lines, fault) => {
    expect(await faultsOf(...lines)).toEqual([expect.stringMatching(fault)])
  })

  test('a suite with faults cannot be run', async () => {
    await expect(readSuite('name: shop\nchecks: no\ndeadline: soon', 'smoke.yml')).rejects.toMatchObject({
      code: 'smoke-suite-invalid',
      where: 'smoke.yml:2:9',
      message: expect.stringMatching(/checks: expected a list of checks, got "no"\n {2}smoke\.yml:3:11 {2}deadline: `soon` is not/),
    })
  })

  test('the schema for editors knows the keys and refuses others', async () => {
    expect(await suiteJsonSchema()).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      required: ['name', 'checks'],
      additionalProperties: false,
      properties: { deadline: { type: 'string' }, checks: { items: { required: ['name', 'request'], additionalProperties: false } } },
    })
  })

  test('the suite of the example has no fault', async () => {
    expect(await checkSuite(await readFile('examples/shop/smoke.yml', 'utf8'), 'smoke.yml')).toEqual([])
  })
})
