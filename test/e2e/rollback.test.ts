import { afterAll, expect, jest, test } from '@jest/globals'
import { setStage } from './stage/stage.ts'
import type { StepEnd } from '../../packages/cli/src/runner/step.ts'

jest.setTimeout(30_000)
const stage = await setStage()
afterAll(() => stage.strike())

interface Candidate {
  readonly digest: string
  readonly version: string
  readonly serves: boolean
  readonly refusal: string | null
}
const candidatesOf = ({ outputs }: StepEnd): readonly Candidate[] => JSON.parse(outputs['candidates'] ?? '[]') as readonly Candidate[]

const smoked = { smoke: 'smoke.yml' }
/** A shop whose releases are verified by a smoke test. */
const verifiedShop = async () => {
  const shop = stage.shop().has('smoke.yml', 'name: up\nchecks: [{ name: up, request: { path: /healthz } }]')
  for (const version of ['v1', 'v2'] as const) {
    const { exitCode, log } = await shop.releases(version, { strategy: 'rolling', ...smoked })
    if (exitCode !== 0) throw new Error(log)
  }
  return shop
}

test.concurrent('list, plan, execute, and execute again, which changes nothing', async () => {
  await using shop = await verifiedShop()
  const [v1, v2] = [await shop.digest('v1'), await shop.digest('v2')]

  const listed = await shop.rollsBack('list')
  expect(listed).toMatchObject({ exitCode: 0, outputs: { outcome: 'listed', digest: v2, changed: 'false' } })
  expect(candidatesOf(listed).map(({ version, serves }) => `${version}${serves ? ' serves' : ''}`)).toEqual(['v2 serves', 'v1'])
  expect(listed.summary).toContain('v1')

  const planned = await shop.rollsBack('plan')
  expect(planned).toMatchObject({ exitCode: 0, outputs: { outcome: 'planned', changed: 'false' } })
  expect(planned.outputs).not.toHaveProperty('mutated')
  expect(planned.log).toContain(`rollback of shop in ${shop.environment}`)
  expect(await shop.state()).toMatchObject({ stable: 'v2' })

  const done = await shop.rollsBack('execute', { reason: 'orders are missing', ...smoked })
  expect(done).toMatchObject({ exitCode: 0, outputs: { outcome: 'rolled-back', digest: v1, 'from-digest': v2, changed: 'true' } })
  expect(await shop.state()).toEqual({ stable: 'v1', canary: null, weight: 0, lease: 'free' })

  const again = await shop.rollsBack('execute', { target: v1, reason: 'orders are missing' })
  expect(again).toMatchObject({ exitCode: 0, outputs: { outcome: 'unchanged', digest: v1, changed: 'false' } })
  const lastKnownGood = await shop.rollsBack('execute', { reason: 'once more, to be sure' })
  expect(await shop.state()).toMatchObject({ stable: 'v1', lease: 'free' })
  expect(lastKnownGood.outputs['changed'] ?? 'false').toBe('false')

  expect(candidatesOf(await shop.rollsBack('list')).find(({ version, serves }) => version === 'v2' && !serves)?.refusal).toBeTruthy()
})

test.concurrent('never to a digest that was just rolled back from, even when it is named', async () => {
  await using shop = await verifiedShop()
  await shop.rollsBack('execute', { reason: 'orders are missing' })
  const back = await shop.rollsBack('execute', { target: await shop.digest('v2'), reason: 'it was not that bad' })
  expect(back.exitCode).toBe(1)
  expect(back.outputs).not.toHaveProperty('mutated')
  expect(await shop.state()).toMatchObject({ stable: 'v1', lease: 'free' })
})

test.concurrent('execute asks for a reason, and an unknown target is answered with those there are', async () => {
  await using shop = await verifiedShop()
  const silent = await shop.rollsBack('execute')
  expect(silent).toMatchObject({ exitCode: 1, outputs: { 'reason-code': 'input-missing' } })
  expect(silent.outputs['reason']).toContain('`reason`')

  const lost = await shop.rollsBack('execute', { target: `sha256:${'0'.repeat(64)}`, reason: 'a slip of the pen' })
  expect(lost.exitCode).toBe(1)
  expect(lost.log).toContain((await shop.digest('v1')).slice(7, 19))
  expect(await shop.state()).toMatchObject({ stable: 'v2', lease: 'free' })
})

test.concurrent('reconcile ends what a killed run of the same workflow left, and twice is once', async () => {
  await using shop = await stage.shop().serving('v1')
  const step = await shop.startsRelease('v2', { steps: '50, 100', 'bake-min': '60s', 'bake-max': '120s' })
  await shop.reaches({ weight: 50 }, step)
  const run = shop.lastRun

  const alive = await shop.rollsBack('reconcile', {}, { run: 'another' })
  expect(alive).toMatchObject({ exitCode: 0, outputs: { outcome: 'nothing-to-do', 'reason-code': 'lease-held' } })
  expect(await shop.state()).toMatchObject({ weight: 50 })

  step.kill('SIGKILL')
  await step.ended
  const done = await shop.rollsBack('reconcile', {}, { run })
  expect(done).toMatchObject({ exitCode: 0, outputs: { outcome: 'reconciled', changed: 'true', digest: await shop.digest('v1') } })
  expect(await shop.state()).toEqual({ stable: 'v1', canary: null, weight: 0, lease: 'free' })
  const again = await shop.rollsBack('reconcile', {}, { run })
  expect(again).toMatchObject({ exitCode: 0, outputs: { outcome: 'nothing-to-do', changed: 'false' } })
})
