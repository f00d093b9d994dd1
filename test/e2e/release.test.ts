import { afterAll, expect, jest, test } from '@jest/globals'
import { setStage } from './stage/stage.ts'

jest.setTimeout(30_000)
const stage = await setStage()
afterAll(() => stage.strike())

const bakesUntilJudged = { steps: '50, 100', 'bake-min': '200ms', 'bake-max': '20s', 'on-insufficient': 'hold' }

test.concurrent('a first release has nothing to be compared with and serves everybody at once', async () => {
  await using shop = stage.shop()
  const { exitCode, outputs } = await shop.releases('v1')

  expect({ exitCode, ...outputs }).toMatchObject({ exitCode: 0, outcome: 'promoted', 'previous-digest': '', promoted: 'true' })
  expect(outputs['digest']).toBe(await shop.digest('v1'))
  expect(await shop.state()).toEqual({ stable: 'v1', canary: null, weight: 0, lease: 'free' })
})

test.concurrent('a good release is promoted step by step, and no request is lost on the way', async () => {
  await using shop = await stage.shop().serving('v1')
  const traffic = await shop.underTraffic(100)
  const { exitCode, outputs } = await shop.releases('v2', { steps: '5, 25, 50, 100' })
  const { lost, byDigest } = await traffic.stop()

  expect({ exitCode, ...outputs }).toMatchObject({ exitCode: 0, outcome: 'promoted', 'reason-code': 'ok', weight: '0' })
  expect(outputs['digest']).toBe(await shop.digest('v2'))
  expect(outputs['previous-digest']).toBe(await shop.digest('v1'))
  expect(await shop.state()).toEqual({ stable: 'v2', canary: null, weight: 0, lease: 'free' })
  const weights = shop.events(shop.lastRun).flatMap(({ event }) => (event.type === 'weight-set' ? [event.weight] : []))
  expect(weights).toEqual([5, 25, 50, 100])
  expect(lost).toBe(0)
  expect(byDigest[await shop.digest('v2')]?.failed).toBe(0)
})

test.concurrent('the judge sends a bad version back, with its evidence', async () => {
  await using shop = await stage.shop().serving('v1')
  const traffic = await shop.underTraffic(200)
  const { exitCode, outputs, summary } = await shop.releases('v3', bakesUntilJudged)
  const { lost } = await traffic.stop()

  expect({ exitCode, ...outputs }).toMatchObject({ exitCode: 1, outcome: 'aborted', 'reason-code': 'canary-failing', promoted: 'false' })
  expect(outputs['reason']).toMatch(/canary \d/)
  expect(outputs['digest']).toBe(await shop.digest('v1'))
  expect(summary).toContain('canary-failing')
  expect(await shop.state()).toEqual({ stable: 'v1', canary: null, weight: 0, lease: 'free' })
  expect(lost).toBe(0)
})

test.concurrent('a version that fails its smoke test gets no traffic', async () => {
  await using shop = await stage.shop().serving('v1')
  shop.has(
    'smoke.yml',
    'name: old\nchecks: [{ name: still v1, request: { path: /version }, expect: { json: { $.version: { equals: v1 } } } }]',
  )
  const { exitCode, outputs, log } = await shop.releases('v2', { smoke: 'smoke.yml' })

  expect({ exitCode, ...outputs }).toMatchObject({ exitCode: 1, outcome: 'aborted', 'reason-code': 'smoke-failed' })
  expect(outputs['reason']).toContain('still v1')
  expect(log).not.toMatch(/\d % of the traffic\n.*smoke test failed/)
  expect(shop.events(shop.lastRun).some(({ weight }) => weight > 0)).toBe(false)
  expect(await shop.state()).toEqual({ stable: 'v1', canary: null, weight: 0, lease: 'free' })
})

test.concurrent('a version that ends before it is ready is refused with its last words', async () => {
  await using shop = await stage.shop().serving('v1')
  shop.configured({ variables: { FAILURE_RATE: 'a lot' } })
  const { exitCode, outputs } = await shop.releases('v2')

  expect({ exitCode, ...outputs }).toMatchObject({ exitCode: 1, outcome: 'aborted', 'reason-code': 'canary-not-ready' })
  expect(outputs['reason']).toContain('FAILURE_RATE must be a number from 0, not a lot')
  expect(await shop.state()).toEqual({ stable: 'v1', canary: null, weight: 0, lease: 'free' })
})

test.concurrent('a dry run shows the plan and touches nothing', async () => {
  await using shop = await stage.shop().serving('v1')
  const before = await shop.state()
  const { exitCode, outputs, log, summary } = await shop.releases('v2', { 'dry-run': 'true', steps: '5, 100' })

  expect({ exitCode, ...outputs }).toMatchObject({ exitCode: 0, outcome: 'planned', promoted: 'false' })
  expect(outputs).not.toHaveProperty('mutated')
  expect(JSON.parse(outputs['plan'] ?? '')).toMatchObject({ strategy: 'canary', steps: [{ weight: 5 }, { weight: 100 }] })
  expect(log).toContain('step 1: 5 %')
  expect(summary).toContain('step 1: 5 %')
  expect(await shop.state()).toEqual(before)
})

test.concurrent('a version that serves already is left alone', async () => {
  await using shop = await stage.shop().serving('v1')
  const { exitCode, outputs } = await shop.releases('v1')

  expect({ exitCode, ...outputs }).toMatchObject({ exitCode: 0, outcome: 'unchanged', 'reason-code': 'nothing-to-release' })
  expect(outputs).not.toHaveProperty('mutated')
})

test.concurrent('a blue-green preview waits for somebody, and then everybody moves at once', async () => {
  await using shop = await stage.shop().serving('v1')
  shop.configured({ strategy: { 'blue-green': { 'approve-preview': true } }, judge: { harm: '1%' } })
  await shop.underTraffic(50)
  const step = await shop.startsRelease('v2', { steps: '' })
  await shop.reachesPhase(/approving, step 1 of 2/, step)
  expect(await shop.state()).toMatchObject({ stable: 'v1', canary: 'v2', weight: 0 })

  await shop.tells('approve', '1')
  const { exitCode, outputs } = await step.ended
  expect({ exitCode, ...outputs }).toMatchObject({ exitCode: 0, outcome: 'promoted' })
  expect(await shop.state()).toMatchObject({ stable: 'v2', canary: null, lease: 'free' })

  // An approval is for one release: the next preview waits again.
  const next = await shop.startsRelease('v4', { steps: '' })
  await shop.reachesPhase(/approving/, next)
  expect((await next.cancel()).outputs).toMatchObject({ outcome: 'aborted', 'reason-code': 'cancelled' })
  expect(
    shop.events(shop.lastRun).filter(({ event, weight }) => weight > 0 || (event.type === 'approval' && event.decision === 'approved')),
  ).toEqual([])
})

test.concurrent('a preview that somebody rejects goes', async () => {
  await using shop = await stage.shop().serving('v1')
  shop.configured({ strategy: { 'blue-green': { 'approve-preview': true } } })
  const step = await shop.startsRelease('v2', { steps: '' })
  await shop.reachesPhase(/approving/, step)

  await shop.tells('reject', '1')
  const { exitCode, outputs } = await step.ended
  expect({ exitCode, ...outputs }).toMatchObject({ exitCode: 1, outcome: 'aborted', 'reason-code': 'approval-rejected' })
  expect(await shop.state()).toEqual({ stable: 'v1', canary: null, weight: 0, lease: 'free' })
})

test.concurrent('a rolling release that fails while it is watched is rolled back to the one it replaced', async () => {
  await using shop = await stage.shop().serving('v1')
  const traffic = await shop.underTraffic(200, '/api/products')
  shop.configured({ variables: { FAILURE_RATE: '0.6' } })
  const { exitCode, outputs } = await shop.releases('v2', { strategy: 'rolling', watch: '20s' })
  const { lost } = await traffic.stop()

  expect({ exitCode, ...outputs }).toMatchObject({ exitCode: 1, outcome: 'rolled-back', 'reason-code': 'watch-failed' })
  expect(outputs['digest']).toBe(await shop.digest('v1'))
  expect(await shop.state()).toEqual({ stable: 'v1', canary: null, weight: 0, lease: 'free' })
  expect(lost).toBe(0)
})
