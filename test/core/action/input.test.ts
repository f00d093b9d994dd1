import { describe, expect, test } from '@jest/globals'
import { input, InputRejected, type InputSpec } from '@deploy-kit/core'

const about = 'For the test.'
const digest = `sha256:${'0123456789abcdef'.repeat(4)}`

const kinds = {
  text: input.text({ about }),
  secret: input.secret({ about }),
  path: input.path({ about }),
  digest: input.digest({ about }),
  url: input.url({ about }),
  choice: input.choice(['abort', 'freeze'], { about }),
  boolean: input.boolean({ about }),
  integer: input.integer({ about }),
  'integer 1..10': input.integer({ about, min: 1, max: 10 }),
  share: input.share({ about }),
  duration: input.duration({ about }),
  weights: input.weights({ about }),
  lines: input.lines({ about }),
  list: input.list(['low', 'high', 'critical'], { about }),
  assignments: input.assignments({ about }),
  headers: input.headers({ about }),
} satisfies Record<string, InputSpec<unknown>>
type KindName = keyof typeof kinds

const taken: readonly (readonly [KindName, string, unknown])[] = [
  ['text', 'a b', 'a b'],
  ['secret', 'hunter2', 'hunter2'],
  ['path', './smoke/shop.yml', './smoke/shop.yml'],
  ['digest', digest, digest],
  ['url', 'https://shop.example.com/a?b=c', 'https://shop.example.com/a?b=c'],
  ['url', 'http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
  ['choice', 'freeze', 'freeze'],
  ['boolean', 'true', true],
  ['boolean', 'TRUE', true],
  ['boolean', 'False', false],
  ['integer', '0', 0],
  ['integer 1..10', '10', 10],
  ['share', '1%', 0.01],
  ['share', '0.5 %', 0.005],
  ['share', '100%', 1],
  ['duration', '1m30s', 90_000],
  ['duration', '250ms', 250],
  ['weights', '5, 25, 50, 100', [5, 25, 50, 100]],
  ['weights', '10%\n100%', [10, 100]],
  ['lines', 'one\n\n  two \r\n', ['one', 'two']],
  ['list', 'critical, high', ['critical', 'high']],
  ['list', 'low\nhigh', ['low', 'high']],
  ['assignments', 'A=1\nB=x=y\nC=', { A: '1', B: 'x=y', C: '' }],
  ['headers', 'Accept: text/html\nX-Time: 12:30', { Accept: 'text/html', 'X-Time': '12:30' }],
]

const refused: readonly (readonly [KindName, string, RegExp])[] = [
  ['digest', 'sha256:abc', /64 hexadecimal/],
  ['digest', digest.toUpperCase(), /64 hexadecimal/],
  ['digest', 'latest', /64 hexadecimal/],
  ['url', 'shop.example.com', /http or https/],
  ['url', 'file:///etc/passwd', /http or https/],
  ['url', 'https://me:secret@shop.example.com', /logs would show/],
  ['choice', 'Freeze', /not one of abort, freeze/],
  ['choice', 'toString', /not one of/],
  ['boolean', 'yes', /neither true nor false/],
  ['boolean', '1', /neither true nor false/],
  ['boolean', 'tRUE', /neither true nor false/],
  ['integer', '-1', /whole number from 0$/],
  ['integer', '1.5', /whole number/],
  ['integer', '1e3', /whole number/],
  ['integer', '99999999999999999999', /whole number/],
  ['integer 1..10', '0', /from 1 to 10/],
  ['integer 1..10', '11', /from 1 to 10/],
  ['share', '0.01', /percentage/],
  ['share', '0%', /percentage/],
  ['share', '101%', /percentage/],
  ['duration', '30', /not a duration/],
  ['duration', '1 m', /not a duration/],
  ['duration', '-5s', /not a duration/],
  ['weights', '50, 25', /rising/],
  ['weights', '5, 5', /rising/],
  ['weights', '0, 100', /rising/],
  ['weights', '50, 101', /rising/],
  ['weights', '12.5', /rising/],
  ['weights', ',', /rising/],
  ['list', 'high, medium', /holds medium/],
  ['list', 'high, high', /twice/],
  ['assignments', 'A=1\nnothing', /line 2 that is not NAME=value/],
  ['assignments', '=x', /line 1/],
  ['assignments', 'A=1\nA=2', /names A twice/],
  ['headers', 'Accept text/html', /line 1 that is not Name: value/],
  ['headers', 'Bad Name: x', /no header name/],
]

describe('an input', () => {
  test.each(taken)('%s takes %j', (kind, text, value) => {
    expect(kinds[kind].parse(text)).toEqual(value)
  })

  test.each(refused)('%s refuses %j and says why', (kind, text, why) => {
    const parse = (): unknown => kinds[kind].parse(text)
    expect(parse).toThrow(InputRejected)
    expect(parse).toThrow(why)
  })
})

describe('a default', () => {
  const defaulted: readonly (readonly [string, InputSpec<unknown>, string, unknown])[] = [
    ['text', input.text({ about, default: 'shop' }), 'shop', 'shop'],
    ['boolean', input.boolean({ about, default: false }), 'false', false],
    ['integer', input.integer({ about, default: 0 }), '0', 0],
    ['share', input.share({ about, default: 0.01 }), '1%', 0.01],
    ['share', input.share({ about, default: 0.07 }), '7%', 0.07],
    ['duration', input.duration({ about, default: 5_400_000 }), '90m', 5_400_000],
    ['duration', input.duration({ about, default: 0 }), '0ms', 0],
    ['weights', input.weights({ about, default: [5, 100] }), '5, 100', [5, 100]],
    ['lines', input.lines({ about, default: ['a', 'b'] }), 'a\nb', ['a', 'b']],
    ['list', input.list(['low', 'high'], { about, default: ['high'] }), 'high', ['high']],
    ['assignments', input.assignments({ about, default: { A: '1=2' } }), 'A=1=2', { A: '1=2' }],
    ['headers', input.headers({ about, default: { Accept: '*/*' } }), 'Accept: */*', { Accept: '*/*' }],
  ]
  test.each(defaulted)('of kind %s is written so that it is read as the same value', (_kind, spec, text, value) => {
    expect(spec.defaultText).toBe(text)
    expect(spec.parse(text)).toEqual(value)
  })
})

describe('what is masked', () => {
  test('is a secret whole', () => {
    expect(kinds.secret).toMatchObject({ secret: true })
    expect(kinds.secret.secretsIn('hunter2')).toEqual(['hunter2'])
    expect(kinds.secret.secretsIn('')).toEqual([])
  })

  test('is the value of a header that carries a credential, with and without its scheme', () => {
    const given = 'Accept: text/html\nAuthorization: Bearer abc.def\nX-Api-Key: k-123\nCookie:'
    expect(kinds.headers.secretsIn(given)).toEqual(['Bearer abc.def', 'abc.def', 'k-123', 'k-123'])
  })

  test('is nothing of the other kinds', () => {
    expect(kinds.text).toMatchObject({ secret: false })
    expect(kinds.text.secretsIn('anything')).toEqual([])
  })
})
