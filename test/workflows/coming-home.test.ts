import { describe, expect, test } from '@jest/globals'
import { evaluate, jobRuns, results, type Result } from './expressions.ts'
import { job, step, workflow } from './repository.ts'

const deploy = workflow('.github/workflows/deploy.yml')
const rollback = job(deploy, 'rollback')

const comesHome = (deployed: Result, smoke: Result, inputs: { readonly smoke: string; readonly 'dry-run'?: boolean }, cancelled = false) =>
  jobRuns(rollback.if, { needs: { deploy: deployed, smoke }, inputs: { 'dry-run': false, ...inputs }, cancelled })

describe('when the job that brings the traffic home runs', () => {
  //        deploy       smoke        with a suite  without one
  test.each<[Result, Result, boolean, boolean]>([
    ['success', 'success', false, false],
    ['success', 'failure', true, false],
    ['success', 'cancelled', true, false],
    ['success', 'skipped', true, false], // asked for and not run is not passed
    ['failure', 'success', true, true],
    ['failure', 'failure', true, true],
    ['failure', 'cancelled', true, true],
    ['failure', 'skipped', true, true], // also a lost runner: GitHub calls its job failed
    ['cancelled', 'success', true, true],
    ['cancelled', 'failure', true, true],
    ['cancelled', 'cancelled', true, true],
    ['cancelled', 'skipped', true, true], // also the timeout of the job
    ['skipped', 'success', false, false],
    ['skipped', 'failure', false, false],
    ['skipped', 'cancelled', false, false],
    ['skipped', 'skipped', false, false], // nothing was touched
  ])('deploy %s, smoke %s: with a suite %s, without one %s', (deployed, smoke, withSuite, without) => {
    for (const cancelled of [false, true]) {
      expect(comesHome(deployed, smoke, { smoke: 'smoke/shop.yml' }, cancelled)).toBe(withSuite)
      expect(comesHome(deployed, smoke, { smoke: '' }, cancelled)).toBe(without)
    }
  })

  test('never after a dry run: nothing was touched', () => {
    for (const deployed of results)
      for (const smoke of results) expect(comesHome(deployed, smoke, { smoke: 'smoke/shop.yml', 'dry-run': true })).toBe(false)
  })

  test('`failure()` would have missed a cancelled release', () => {
    const given = { needs: { deploy: 'cancelled', smoke: 'skipped' }, inputs: {} } as const
    expect(jobRuns('${{ failure() }}', given)).toBe(false)
    expect(comesHome('cancelled', 'skipped', { smoke: '' })).toBe(true)
  })
})

const returns = (result: Result, promoted: string) =>
  evaluate(step(rollback.steps, 'return').if ?? '', { needs: { deploy: { result, outputs: { promoted } } } })

/** How the smoke job ended, and what served before the deploy. */
const after = (smoke: { readonly result: Result; readonly outputs: Record<string, string> }, previous: string) => ({
  needs: { smoke, deploy: { outputs: { 'previous-digest': previous } } },
})

describe('what it does', () => {
  test('it always reconciles, and that comes first', () => {
    const [, first] = rollback.steps ?? []
    expect(first).toMatchObject({ id: 'reconcile', with: { mode: 'reconcile' } })
    expect(first).not.toHaveProperty('if')
  })

  test('it returns to the release before only when the deploy was over and had promoted', () => {
    expect(returns('success', 'true')).toBe(true)
    expect(returns('success', 'false')).toBe(false)
    for (const result of ['failure', 'cancelled'] as const) expect(returns(result, 'true')).toBe(false)
  })

  test('it returns to the digest that served before, and says why', () => {
    const { target, reason } = (step(rollback.steps, 'return').with ?? {}) as Record<string, string>
    const failed = after({ result: 'failure', outputs: { reason: 'GET /cart answered 500' } }, 'sha256:1234')
    expect(evaluate(target ?? '', failed)).toBe('sha256:1234')
    expect(evaluate(reason ?? '', failed)).toBe('GET /cart answered 500')
    const lost = after({ result: 'cancelled', outputs: {} }, '')
    expect(evaluate(target ?? '', lost)).toBe('last-known-good')
    expect(evaluate(reason ?? '', lost)).toBe('The smoke job after the release ended as cancelled.')
  })
})

const reported = (name: string, jobs: { readonly deploy: Record<string, string>; readonly rollback: Record<string, string> }) =>
  evaluate(deploy.on['workflow_call']?.outputs?.[name]?.value ?? '', {
    jobs: { deploy: { outputs: jobs.deploy }, rollback: { outputs: jobs.rollback } },
  })

const fromRollback = (name: string, contexts: Record<'steps' | 'needs', Record<string, { outputs: Record<string, string> }>>) =>
  evaluate(rollback.outputs?.[name] ?? '', contexts)

test('a suite without an address is refused before anything is touched, not by a smoke job that sends a good release back', () => {
  const [first] = job(deploy, 'deploy').steps ?? []
  const refused = (smoke: string, url: string) => evaluate(first?.if ?? '', { inputs: { smoke, url } })
  expect(first?.run).toContain('exit 1')
  expect(refused('smoke/shop.yml', '')).toBe(true)
  expect(refused('smoke/shop.yml', 'https://shop.example.com')).toBe(false)
  expect(refused('', '')).toBe(false)
})

describe('which version the smoke job asks for', () => {
  const expected = step(job(deploy, 'smoke').steps, 'smoke').with?.['expected-version'] as string
  const released = (result: string) =>
    evaluate(job(deploy, 'deploy').outputs?.['version'] ?? '', { steps: { deploy: { outputs: { result } } } })
  const asked = (given: string, version: string) =>
    evaluate(expected, { inputs: { 'expected-version': given, digest: 'sha256:new' }, needs: { deploy: { outputs: { version } } } })

  test('the one that was released, unless the caller knows better', () => {
    expect(released('{"version":1,"to":{"digest":"sha256:new","version":"v2"}}')).toBe('v2')
    expect(asked('', 'v2')).toBe('v2')
    expect(asked('2.0.0', 'v2')).toBe('2.0.0')
  })

  test('its digest when it has no name, so that a suite which asks is never left without an answer', () => {
    expect([null, '']).toContain(released('{"version":1,"to":{"digest":"sha256:new","version":null}}'))
    expect([null, '']).toContain(released(''))
    expect(asked('', '')).toBe('sha256:new')
  })
})

describe('what the workflow reports', () => {
  test('a good release: what the deploy says', () => {
    const jobs = { deploy: { digest: 'sha256:new', outcome: 'promoted', 'reason-code': 'ok' }, rollback: {} }
    expect(['digest', 'outcome', 'reason-code'].map((name) => reported(name, jobs))).toEqual(['sha256:new', 'promoted', 'ok'])
  })

  test('a release that failed outside: the digest that serves again, what was done, and why', () => {
    const contexts = {
      steps: {
        reconcile: { outputs: { digest: 'sha256:new', outcome: 'clean', 'reason-code': 'ok' } },
        return: { outputs: { digest: 'sha256:old', outcome: 'rolled-back', 'reason-code': 'ok' } },
      },
      needs: { deploy: { outputs: { outcome: 'promoted', 'reason-code': 'ok' } }, smoke: { outputs: { 'reason-code': 'smoke-failed' } } },
    }
    expect(['digest', 'outcome', 'reason-code'].map((name) => fromRollback(name, contexts))).toEqual([
      'sha256:old',
      'rolled-back',
      'smoke-failed',
    ])
  })

  test('a release whose runner was lost: all that is known comes from the reconciliation', () => {
    const contexts = {
      steps: {
        reconcile: { outputs: { digest: 'sha256:old', outcome: 'aborted', 'reason-code': 'lease-expired' } },
        return: { outputs: {} },
      },
      needs: { deploy: { outputs: {} }, smoke: { outputs: {} } },
    }
    expect(['digest', 'outcome', 'reason-code'].map((name) => fromRollback(name, contexts))).toEqual([
      'sha256:old',
      'aborted',
      'lease-expired',
    ])
  })
})

describe('what is released at all', () => {
  const release = job(workflow('.github/workflows/release.yml'), 'deploy')
  const released = (build: Result, scan: Result, asked: string, cancelled = false) =>
    jobRuns(release.if, { needs: { build, scan }, inputs: { scan: asked }, cancelled })

  test('an image that was built and passed its scan', () => {
    const passing = results.flatMap((build) => results.filter((scan) => released(build, scan, 'required')).map((scan) => [build, scan]))
    expect(passing).toEqual([['success', 'success']])
  })

  test('without a scan only where it was switched off, and a misspelt "off" is not off', () => {
    expect(released('success', 'skipped', 'off')).toBe(true)
    expect(released('success', 'skipped', 'of')).toBe(false)
    for (const scan of ['failure', 'cancelled'] as const) expect(released('success', scan, 'off')).toBe(false)
  })

  test('nothing of a cancelled run', () => {
    expect(released('success', 'success', 'required', true)).toBe(false)
  })
})

describe('the watcher', () => {
  const watcher = job(workflow('workflows-templates/watcher.yml'), 'reconcile')
  const looks = (github: Parameters<typeof evaluate>[1]) => evaluate(watcher.if ?? '', { github })

  test.each(['failure', 'cancelled', 'timed_out', 'startup_failure', 'action_required'])(
    'looks after a run that ended as %s',
    (conclusion) => {
      expect(looks({ event_name: 'workflow_run', event: { workflow_run: { conclusion } } })).toBe(true)
    },
  )

  test('sweeps on schedule, and leaves good runs alone', () => {
    expect(looks({ event_name: 'schedule', event: {} })).toBe(true)
    expect(looks({ event_name: 'workflow_run', event: { workflow_run: { conclusion: 'success' } } })).toBe(false)
  })
})
