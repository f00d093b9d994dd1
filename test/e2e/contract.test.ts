import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, describe, expect, jest, test } from '@jest/globals'
import { startStep } from '../../packages/cli/src/runner/step.ts'
import { commandFilesIn, commandsIn } from './stage/contract.ts'
import type { ActionInputs, Shop } from './stage/shop.ts'
import { AdminProxy } from './stage/admin-proxy.ts'
import { setStage } from './stage/stage.ts'
import { buildInputs, origin } from './stage/versions.ts'

jest.setTimeout(30_000)
const stage = await setStage()
afterAll(() => stage.strike())

test.concurrent('a release reports who, what, when and how to go back', async () => {
  await using shop = await stage.shop().serving('v1')
  await shop.underTraffic(50)
  const { outputs, summary } = await shop.releases('v2', {}, { env: { GITHUB_TRIGGERING_ACTOR: 'mona' } })
  const [v1, v2] = [await shop.digest('v1'), await shop.digest('v2')]

  const result = JSON.parse(outputs['result'] ?? '') as Record<string, unknown>
  expect(result).toMatchObject({
    version: 1,
    kind: 'deployment',
    ok: true,
    outcome: 'promoted',
    app: 'shop',
    environment: shop.environment,
  })
  expect(result).toMatchObject({ from: { digest: v1 }, to: { digest: v2, version: 'v2', commit: origin.sha }, weight: 0 })
  expect(summary).toContain('| asked by | mona |')
  expect(summary).toMatch(/```mermaid\ngantt[\s\S]*50 % :/)
  expect(summary).toContain('### Evidence')
  expect(summary).toMatch(/mode: execute\napp: shop\n.*\ntarget: sha256:/)
  expect(summary).toContain(`target: ${v1}`)

  const events = shop.events(shop.lastRun)
  expect(events.map(({ event }) => event.type).filter((type) => type !== 'verdict')).toEqual([
    'started',
    'prepared',
    'weight-set',
    'weight-set',
    'promoted',
  ])
  expect(events.map(({ at }) => at)).toEqual(events.map(({ at }) => at).toSorted((a, b) => a - b))
  expect(events.at(-1)).toMatchObject({ phase: 'promoted', weight: 0 })
})

test.concurrent('post is told of the target before anything there is changed', async () => {
  await using shop = await stage.shop().serving('v1')
  await using proxy = await new AdminProxy(stage.edge.admin).listen()
  const stateAtFirstChange = new Promise<readonly string[]>((resolve) => {
    proxy.fault = ({ method }) => {
      if (method !== 'GET') resolve(commandFilesIn(shop.temporary(shop.lastRun)).flatMap(({ state }) => Object.keys(state)))
      return 'none'
    }
  })
  shop.admin = proxy.url
  expect(await shop.releases('v2', { strategy: 'rolling' })).toMatchObject({ exitCode: 0 })
  expect(await stateAtFirstChange).toEqual(['changed-target'])
})

test.concurrent('what an app prints is no command to the runner', async () => {
  await using shop = await stage.shop().serving('v1')
  shop.configured({ variables: { FAILURE_RATE: 'x\n::error::pwned\n::set-env name=A::b\n##[error]pwned\n::stop-commands::x' } })
  const { exitCode, outputs, log } = await shop.releases('v2')
  expect(exitCode).toBe(1)
  expect(outputs['reason']).toContain('::set-env name=A::b')
  const commands = commandsIn(log)
  expect(commands.filter(({ data }) => data.startsWith('pwned'))).toEqual([])
  expect(commands.filter(({ name }) => name === 'error')).toHaveLength(1)
  expect(new Set(commands.map(({ name }) => name))).toEqual(new Set(['warning', 'error']))
})

test.concurrent('a secret in a header reaches the server and nothing else', async () => {
  await using shop = stage
    .shop()
    .has('smoke.yml', 'name: s\nchecks: [{ name: told, request: { path: / }, expect: { status: 200, body: { contains: no } } }]')
  const seen: (string | undefined)[] = []
  const server = createServer((request, response) => {
    seen.push(request.headers.authorization)
    response.end(`you said ${request.headers.authorization}`)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { exitCode, outputs, log, summary } = await shop.runs('smoke-test', {
    suite: 'smoke.yml',
    url,
    headers: 'Authorization: Bearer hunter2-hunter2',
    timeout: '2s',
    junit: 'junit.xml',
  })
  server.close()
  expect(exitCode).toBe(1)
  expect(new Set(seen)).toEqual(new Set(['Bearer hunter2-hunter2']))
  expect(
    commandsIn(log)
      .filter(({ name }) => name === 'add-mask')
      .map(({ data }) => data),
  ).toContain('hunter2-hunter2')
  // The runner masks what follows the add-mask; the files that it does not look into must not hold the secret at all.
  expect(log.replace(/^::add-mask::.*$/gm, '')).not.toContain('hunter2')
  const junit = readFileSync(outputs['junit'] ?? '', 'utf8')
  expect(junit).toContain('you said')
  expect(JSON.stringify(outputs) + summary + junit).not.toContain('hunter2')
})

const everyAction = async (shop: Shop): Promise<readonly (readonly [string, ActionInputs])[]> => [
  ['build-image', buildInputs('v2')],
  ['scan-trivy', { image: await stage.layout('v2'), trivy: 'no-trivy' }],
  ['smoke-test', { suite: join(process.cwd(), 'examples/shop/smoke.yml'), url: await shop.url() }],
  ['deploy-canary', await shop.releaseInputs('v2', { strategy: 'rolling' })],
  ['auto-rollback', { ...shop.where, mode: 'list' }],
  ['deploy-kit', { ...(await shop.releaseInputs('v4', { strategy: 'rolling' })), scan: 'off' }],
]

test.concurrent('every action ends by itself at once when its work is done', async () => {
  await using shop = await stage.shop().serving('v1')
  for (const [action, inputs] of await everyAction(shop)) {
    const run = `${shop.environment}-${action}`
    const { signal, outputs } = await shop.runs(action, inputs, { run })
    const lingeredMs = Date.now() - Math.max(...commandFilesIn(shop.temporary(run)).map(({ lastWrittenAt }) => lastWrittenAt))
    expect({ action, signal, outcome: typeof outputs['outcome'], lingers: lingeredMs > 1_000 }).toEqual({
      action,
      signal: null,
      outcome: 'string',
      lingers: false,
    })
  }
})

describe('post without anything to finish', () => {
  test.concurrent.each(['deploy-canary', 'auto-rollback', 'deploy-kit'])('of %s says nothing and does nothing', async (action) => {
    const context = {
      dist: stage.dist,
      workspace: stage.directory,
      temporary: join(stage.directory, 'runs', `post-${action}`),
      runId: '1',
      attempt: 1,
    }
    const { exitCode, log, outputs, summary } = await startStep({ ...context, ...origin, action, inputs: {} }, 'post').ended
    expect({ exitCode, log, outputs, summary }).toEqual({ exitCode: 0, log: '', outputs: {}, summary: '' })
  })
})
