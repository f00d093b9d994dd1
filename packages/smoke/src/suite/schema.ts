import { duration, expected, keys, text, textMap, whole, words } from '@deploy-kit/core/yaml'
import * as z from 'zod'
import { jsonQuery } from './json-query.ts'
import type { Check, Expectations, JsonExpectation, Suite, TextExpectation, VersionQuestion } from './suite.ts'
import { path, pattern, query } from './values.ts'

const json = z.json()
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

const textPredicates = { equals: text.exactOptional(), contains: text.exactOptional(), matches: pattern.exactOptional() }

const yesOrNo = z.boolean({ error: expected('true or false') })
const number = z.number({ error: expected('a number') })
const status = whole('a status', 100, 599)

const headerExpectation = z
  .union([text, keys({ exists: yesOrNo.exactOptional(), ...textPredicates })], {
    error: expected('a text or a mapping with one of the keys exists, equals, contains, matches'),
  })
  .transform((value): TextExpectation => (typeof value === 'string' ? { is: value } : value))

const jsonPredicates = keys({
  exists: yesOrNo.exactOptional(),
  equals: json.exactOptional(),
  above: number.exactOptional(),
  below: number.exactOptional(),
  contains: json.exactOptional(),
  matches: pattern.exactOptional(),
  count: whole('a number', 0, 1_000_000).exactOptional(),
}).refine((predicates) => Object.keys(predicates).length > 0, {
  error: 'nothing is expected; give exists, equals, above, below, contains, matches or count',
})

/** Every path with what it must find. Compiled here, so that a faulty path is reported together with the other faults. */
const jsonExpectations = z.record(z.string(), jsonPredicates, { error: expected('a mapping of JSONPaths') }).transform((map, context) =>
  Object.entries(map).flatMap(([at, predicates]): JsonExpectation[] => {
    const compiled = query.safeParse(at)
    if (compiled.success) return [{ query: compiled.data, ...predicates }]
    context.addIssue({ code: 'custom', path: [at], message: compiled.error.issues[0]?.message ?? 'not a JSONPath' })
    return []
  }),
)

const expectations = keys({
  status: z
    .union([status.transform((one) => [one]), z.array(status).min(1)], {
      error: expected('a status such as 200 or a list such as [200, 204]'),
    })
    .exactOptional()
    .describe('Status of the answer, or a list of those allowed. Default: any 2xx.'),
  header: z
    .record(z.string(), headerExpectation, { error: expected('a mapping of header names') })
    .exactOptional()
    .describe('Per header a text, or exists, equals, contains, matches.'),
  body: keys(textPredicates).exactOptional().describe('The body as text.'),
  json: jsonExpectations.exactOptional().describe('Per JSONPath (RFC 9535) what every value that it finds must be.'),
  'max-latency': duration.exactOptional().describe('Longest time of the whole exchange, with a new connection.'),
}).transform(({ header, json: found, 'max-latency': maxLatencyMs, ...rest }): Expectations => ({
  ...rest,
  headers: lowerCased(header ?? {}),
  json: found ?? [],
  ...(maxLatencyMs !== undefined && { maxLatencyMs }),
}))

const check = keys({
  name: words.describe('Name in reports, unique in the suite.'),
  request: keys({
    method: z.enum(methods, { error: expected(`one of ${methods.join(', ')}`) }).default('GET'),
    path: path.describe('Path and query on the server under test.'),
    headers: textMap.default({}),
    body: json.exactOptional().describe('Text is sent as it is, anything else as JSON.'),
    redirects: whole('a number', 0, 20).default(0).describe('Redirects to follow. Default 0: the redirect itself is checked.'),
  }),
  expect: expectations.exactOptional(),
}).transform(({ expect = { headers: {}, json: [] }, ...rest }): Check => ({ ...rest, expect }))

const expectVersion = keys({
  header: words.exactOptional().describe('Header that holds the version or the digest.'),
  json: query.exactOptional().describe('JSONPath of the version or the digest.'),
  path: path.exactOptional().describe('Path that is asked. Default: /version with `json`; with `header` every answer is looked at.'),
})
  .refine(({ header, json: at }) => (header === undefined) !== (at === undefined), { error: 'give one of `header` and `json`' })
  .transform(({ header, json: at = jsonQuery('$'), path: asked }): VersionQuestion =>
    header === undefined
      ? { kind: 'json', query: at, path: asked ?? '/version' }
      : { kind: 'header', header: header.toLowerCase(), ...(asked !== undefined && { path: asked }) },
  )

/** The suite as it is written in YAML, made into one that can be run. */
export const suiteSchema = keys({
  name: words.describe('Name of the suite in reports.'),
  deadline: duration.default(60_000).describe('One limit for everything, retries included. Default 60s.'),
  timeout: duration.default(10_000).describe('Limit of one try. Default 10s.'),
  consecutive: whole('a number', 1, 100)
    .default(1)
    .describe('Good answers in a row that each check needs, each over a new connection. Default 1.'),
  headers: textMap.default({}).describe('Headers of every request. `${NAME}` stands for a variable or a secret.'),
  'expect-version': expectVersion
    .exactOptional()
    .describe('Where an answer says which version gave it; compared with the version under test.'),
  checks: z.array(check, { error: expected('a list of checks') }).min(1, { error: expected('at least one check') }),
}).transform(({ deadline, timeout, 'expect-version': version, ...rest }, context): Suite => {
  for (const [index, { name }] of rest.checks.entries())
    if (rest.checks.findIndex((other) => other.name === name) < index)
      context.addIssue({ code: 'custom', path: ['checks', index, 'name'], message: `the name \`${name}\` is taken by an earlier check` })
  return { ...rest, deadlineMs: deadline, timeoutMs: timeout, ...(version !== undefined && { expectVersion: version }) }
})

const lowerCased = <T>(entries: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(entries).map(([key, value]) => [key.toLowerCase(), value]))
