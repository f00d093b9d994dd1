import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { sources } from '@deploy-kit/metrics'
import { newRelease, sourceContext } from '../fakes/source-context.ts'

const { signal } = new AbortController()
const { open } = await sources.prometheus()
const file = (name: string): string => readFileSync(`test/fixtures/tls/${name}`, 'utf8')

const asked: string[] = []
const server = createServer({ cert: file('certificate.pem'), key: file('key.pem') }, (request, response) => {
  void (async () => {
    asked.push(`${request.method} ${request.url} ${new URLSearchParams(await text(request)).get('query')}`)
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"success","data":{"resultType":"vector","result":[]}}')
  })()
})
let url: string
beforeAll(async () => {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/prometheus/`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const source = (tls?: { readonly ca: string }) =>
  open(
    { url, total: 'requests_total', failed: 'code="500"', 'side-label': 'version', ...(tls && { tls }) },
    sourceContext('ratio', { directory: 'test/fixtures', sides: async () => ({ canary: newRelease }) }),
  )

test('a server whose certificate nobody knows is asked when the configuration trusts it', async () => {
  await expect(source({ ca: 'tls/certificate.pem' }).check(signal)).resolves.toBeUndefined()
  expect(asked).toEqual(['POST /prometheus/api/v1/query requests_total'])
})

test('and not otherwise', async () => {
  await expect(source().check(signal)).rejects.toMatchObject({ code: 'metrics-unavailable' })
})

test('a file that is not there is told', async () => {
  await expect(source({ ca: 'tls/none.pem' }).check(signal)).rejects.toMatchObject({
    code: 'config-invalid',
    message: expect.stringContaining('tls/none.pem'),
  })
})
