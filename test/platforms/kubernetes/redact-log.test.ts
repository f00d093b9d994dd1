import { expect, test } from '@jest/globals'
import type { Container } from '../../../packages/platforms/src/kubernetes/objects/models.ts'
import { redactLog } from '../../../packages/platforms/src/kubernetes/workload/readiness/redact-log.ts'

test.each([
  ['password=hunter2 host=db', 'password=*** host=db'],
  ['DB_PASSWORD: "hun ter2", port: 5432', 'DB_PASSWORD: ***, port: 5432'],
  ['{"api_key":"0123456789","ok":true}', '{"api_key":***,"ok":true}'],
  ['Authorization: Bearer abc.def-123', 'Authorization: ***'],
  ['using bearer 0123456789abcdef', 'using bearer ***'],
  ['dial postgres://shop:hunter2@db:5432/shop failed', 'dial postgres://shop:***@db:5432/shop failed'],
  ['token eyJhbGciOi.eyJzdWIiOiIx.c2lnbmF0dXJl was refused', 'token *** was refused'],
  ['key AKIAABCDEFGHIJKLMNOP', 'key ***'],
  ['-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nend', '***\nend'],
  ['listen tcp: address nowhere: missing port in address', 'listen tcp: address nowhere: missing port in address'],
  ['https://example.test/a:b@c', 'https://example.test/a:b@c'],
])('%s', (log, shown) => {
  expect(redactLog(log, undefined)).toBe(shown)
})

test('a variable that is called like a secret is taken out by its value, however the program prints it', () => {
  const container = {
    name: 'web',
    env: [
      { name: 'SIGNING_SECRET', value: 's3cr3t' },
      { name: 'MODE', value: 'live' },
    ],
  } as Container
  expect(redactLog('starting in live with s3cr3t', container)).toBe('starting in live with ***')
})
