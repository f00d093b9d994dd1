import { afterAll, expect, jest, test } from '@jest/globals'
import { setStage } from './stage/stage.ts'

jest.setTimeout(30_000)
const stage = await setStage()
afterAll(() => stage.strike())

/** A release that stays at 50 % until somebody interrupts it. */
const lingering = { steps: '50, 100', 'bake-min': '60s', 'bake-max': '120s' }
/** One that stays long enough to be interrupted, and goes on when nobody does. */
const unhurried = { steps: '50, 100', 'bake-min': '1s', 'bake-max': '1s' }
const home = { stable: 'v1', canary: null, weight: 0, lease: 'free' }

test.concurrent('a cancelled job brings the traffic home by itself, and post finds nothing to do', async () => {
  await using shop = await stage.shop().serving('v1')
  const step = await shop.startsRelease('v2', lingering)
  await shop.reaches({ weight: 50 }, step)

  const { exitCode, outputs } = await step.cancel()
  expect({ exitCode, ...outputs }).toMatchObject({ exitCode: 1, outcome: 'aborted', 'reason-code': 'cancelled', mutated: 'true' })
  expect(await shop.state()).toEqual(home)
  const post = await step.post()
  expect(post).toMatchObject({ exitCode: 0 })
  expect(post.log).toContain('No run has left anything behind')
})

test.concurrent('post finishes what a killed step left', async () => {
  await using shop = await stage.shop().serving('v1')
  const step = await shop.startsRelease('v2', lingering)
  await shop.reaches({ weight: 50 }, step)
  step.kill('SIGKILL')
  expect((await step.ended).outputs).toEqual({ mutated: 'true' })

  const post = await step.post()
  expect(post).toMatchObject({ exitCode: 0 })
  expect(post.log).toMatch(/^::warning::The traffic is home/m)
  expect(await shop.state()).toEqual(home)
})

test.concurrent('a second attempt of the same run carries on where the first one was killed', async () => {
  await using shop = await stage.shop().serving('v1')
  await shop.underTraffic(50)
  const first = await shop.startsRelease('v2', unhurried)
  await shop.reaches({ weight: 50 }, first)
  const run = shop.lastRun
  first.kill('SIGKILL')
  await first.ended

  const second = await shop.releases('v2', unhurried, { run, attempt: 2 })
  expect(second).toMatchObject({ exitCode: 0, outputs: { outcome: 'promoted' } })
  expect(second.log).toMatch(/Carrying on the rollout of \w+ that stopped at: (shifting|baking), step 1 of 2, 50 %/)
  expect(await shop.state()).toEqual({ ...home, stable: 'v2' })
})

test.concurrent('a release that somebody else is busy with is refused, with who, where, since when and a link', async () => {
  await using shop = await stage.shop().serving('v1')
  const busy = await shop.startsRelease('v2', lingering, { env: { GITHUB_TRIGGERING_ACTOR: 'mona' } })
  await shop.reaches({ weight: 50 }, busy)
  const run = shop.lastRun

  const { exitCode, outputs, log } = await shop.releases('v4')
  expect({ exitCode, ...outputs }).toMatchObject({ exitCode: 1, outcome: 'error', 'reason-code': 'lease-held' })
  expect(outputs).not.toHaveProperty('mutated')
  expect(outputs['reason']).toContain(`Run acme/shop/${run} (attempt 1) of mona`)
  expect(outputs['reason']).toMatch(/step 1 of 2, 50 %, last sign of life \d+ m?s ago/)
  expect(outputs['reason']).toContain(`https://github.test/acme/shop/actions/runs/${run}`)
  expect(log).toMatch(/^::error::lease-held/m)
  expect(await shop.state()).toMatchObject({ stable: 'v1', canary: 'v2', weight: 50 })
})

test.concurrent('a newer release supersedes an older one, which stops and touches nothing more', async () => {
  await using shop = await stage.shop().serving('v1')
  await shop.underTraffic(50)
  const old = await shop.startsRelease('v2', lingering)
  await shop.reachesPhase(/^baking, step 1/, old, { judged: true })

  const { exitCode, outputs } = await shop.releases('v4', { 'on-newer': 'supersede', steps: '25, 50, 100' })
  expect({ exitCode, ...outputs }).toMatchObject({ exitCode: 0, outcome: 'promoted' })
  expect(await old.ended).toMatchObject({ exitCode: 1, outputs: { outcome: 'error', 'reason-code': 'lease-lost' } })
  expect((await old.post()).exitCode).toBe(0)
  expect(await shop.state()).toEqual({ ...home, stable: 'v4' })
  const { outputs: listed } = await shop.rollsBack('list')
  const digest = await shop.digest('v2')
  const entry = (JSON.parse(listed['candidates'] ?? '[]') as readonly { digest: string; refusal: string | null }[]).find(
    (c) => c.digest === digest,
  )
  expect(entry?.refusal).toBeTruthy()
})

test.concurrent('a rollback during a rollout ends it: the release that still serves most is the last known good one', async () => {
  await using shop = await stage.shop().serving('v1')
  await shop.underTraffic(50)
  const release = await shop.startsRelease('v2', lingering)
  await shop.reaches({ weight: 50 }, release)

  const v1 = await shop.digest('v1')
  const planned = await shop.rollsBack('plan')
  expect(planned).toMatchObject({ exitCode: 0, outputs: { outcome: 'planned', digest: v1, changed: 'false' } })
  expect(await shop.state()).toMatchObject({ canary: 'v2', weight: 50 })

  const { exitCode, outputs } = await shop.rollsBack('execute', { reason: 'customers complain' })
  expect({ exitCode, ...outputs }).toMatchObject({ exitCode: 0, outcome: 'rolled-back', digest: v1, changed: 'true' })
  expect(await release.ended).toMatchObject({ exitCode: 1, outputs: { 'reason-code': 'lease-lost' } })
  expect(await shop.state()).toEqual({ ...home, stable: 'v1' })
})

test.concurrent('a frozen rollout stays as it is, also after post, and a later run of the same version carries it on', async () => {
  await using shop = await stage.shop().serving('v1')
  await shop.underTraffic(50)
  const step = await shop.startsRelease('v2', { ...unhurried, 'on-cancel': 'freeze' })
  await shop.reachesPhase(/^baking, step 1/, step, { judged: true })
  expect(await step.cancel()).toMatchObject({ exitCode: 1, outputs: { outcome: 'frozen', 'reason-code': 'frozen', weight: '50' } })

  const post = await step.post()
  expect(post.exitCode).toBe(0)
  expect(await shop.state()).toMatchObject({ stable: 'v1', canary: 'v2', weight: 50 })
  const left = await shop.rollsBack('reconcile')
  expect(left).toMatchObject({ exitCode: 0, outputs: { outcome: 'nothing-to-do', 'reason-code': 'frozen' } })
  expect(await shop.state()).toMatchObject({ weight: 50 })

  // What it carries on is the plan that was frozen, whatever the inputs say by now.
  const carriedOn = await shop.releases('v2', { steps: '5, 25, 50, 100' })
  expect(carriedOn).toMatchObject({ exitCode: 0, outputs: { outcome: 'promoted' } })
  expect(JSON.parse(carriedOn.outputs['plan'] ?? '')).toMatchObject({ steps: [{ weight: 50 }, { weight: 100 }] })
  expect(await shop.state()).toEqual({ ...home, stable: 'v2' })
})
