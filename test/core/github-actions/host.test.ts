import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { startStep, type StepOptions } from '../../fakes/runner/step.ts'

const step = (part: string, options: StepOptions = {}) =>
  startStep(join(import.meta.dirname, 'step.ts'), { node: ['--conditions=source'], argv: [part], ...options })

describe('a step on a runner', () => {
  test('reads its inputs, and writes outputs with lines and percent signs in them', async () => {
    const { exitCode, outputs, stderr } = await step('main', { inputs: { 'bake-min': '2m', image: 'shop', token: '' } }).ended
    expect(stderr).toBe('')
    expect(exitCode).toBe(0)
    expect(outputs).toMatchObject({ outcome: 'done', 'reason-code': 'ok', reason: 'Done.', said: 'shop 120000\nwith % and a line' })
  })

  test('masks its secret before it says anything, and in the summary', async () => {
    const { stdout, summary } = await step('main', { inputs: { image: 'shop', token: 'hunter2' } }).ended
    expect(stdout).toMatch(/^::add-mask::hunter2\n/)
    expect(summary.trim()).toBe('token is ***')
  })

  test('knows its run, which is the same over its attempts', async () => {
    const env = { GITHUB_REPOSITORY: 'acme/shop', GITHUB_RUN_ID: '77', GITHUB_RUN_ATTEMPT: '2', GITHUB_SERVER_URL: 'https://github.com' }
    const { outputs } = await step('main', { inputs: { image: 'shop' }, env }).ended
    expect(JSON.parse(outputs['result'] ?? '')).toEqual({
      run: 'acme/shop/77',
      attempt: 2,
      link: 'https://github.com/acme/shop/actions/runs/77',
    })
  })

  test('that fails ends with status 1 and one annotation, because the runner writes none', async () => {
    const { exitCode, stdout, outputs } = await step('broken', { inputs: { image: 'shop' } }).ended
    expect(exitCode).toBe(1)
    expect(outputs).toMatchObject({ outcome: 'error', 'reason-code': 'lease-held' })
    expect(stdout.split('\n').filter((line) => line.startsWith('::'))).toEqual([
      expect.stringMatching(/^::error::lease-held%0A {2}Run 7 holds it,%0Afor 5 %25 of the time\.%0A/),
    ])
  })

  test('without a required input says which, because the runner does not enforce it', async () => {
    const { exitCode, stdout } = await step('main', { inputs: { image: '' } }).ended
    expect(exitCode).toBe(1)
    expect(stdout).toContain('::error::input-missing%0A  `image` is required')
  })
})

describe('what a step says', () => {
  test('keeps within the ten annotations of a kind that GitHub keeps; the others are plain lines', async () => {
    const { stdout } = await step('annotations').ended
    const lines = stdout.trim().split('\n')
    expect(lines[0]).toBe('::warning file=deploy-kit.yml,line=1,col=2::warning 1')
    expect(lines.filter((line) => line.startsWith('::warning'))).toHaveLength(10)
    expect(lines.slice(10, 12)).toEqual(['warning: warning 11', 'warning: warning 12'])
    expect(lines[12]).toBe(`::notice::${'x'.repeat(4_096)}`)
  })

  test('is never a command when it comes from outside', async () => {
    const { stdout } = await step('outside').ended
    // The runner's own rule: a line that begins with ::, or that holds ##[.
    const commands = stdout.split('\n').filter((line) => line.trimStart().startsWith('::') || line.includes('##['))
    expect(commands).toEqual(['::group::a group%0A::error::not ours', '::debug::::error::not ours', '::endgroup::'])
    expect(stdout).toContain('not ours')
  })

  test('in a summary stays below the mebibyte above which GitHub drops all of it', async () => {
    const { summary } = await step('long summary').ended
    expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(1024 * 1024)
    // Not the text itself: a failure would print a mebibyte.
    expect(summary.slice(0, 9)).toBe('first\näöü')
    expect(summary.slice(-80)).toContain('ü\n\n\n_The rest of this summary was cut: GitHub shows at most 1 MiB a step._\n')
    expect(summary.includes('\uFFFD')).toBe(false)
  })
})

describe('a step that is cancelled', () => {
  test('hears SIGINT, comes home, and says that it was cancelled; post reads what it left', async () => {
    const running = step('release', { inputs: { image: 'shop' } })
    await running.says('at 25 %')
    running.child.kill('SIGINT')
    const ended = await running.ended
    expect(ended).toMatchObject({ exitCode: 1, killedBy: null, state: { phase: 'home' } })
    expect(ended.outputs).toMatchObject({ outcome: 'cancelled', 'reason-code': 'cancelled', reason: 'The run was cancelled by SIGINT.' })
    expect(ended.stdout).toContain('::warning::SIGINT received: returning to the safe side')
    expect((await step('post', { state: ended.state }).ended).stdout).toBe('phase was home\n')
  })

  test('is not torn from its way home by the SIGTERM that follows', async () => {
    const running = step('release', { inputs: { image: 'shop' } })
    await running.says('at 25 %')
    running.child.kill('SIGINT')
    running.child.kill('SIGTERM')
    expect(await running.ended).toMatchObject({ exitCode: 1, killedBy: null, state: { phase: 'home' } })
  })

  test('leaves its state even when it is killed, because it was written before', async () => {
    const running = step('release', { inputs: { image: 'shop' } })
    await running.says('at 25 %')
    running.child.kill('SIGKILL')
    expect(await running.ended).toMatchObject({ killedBy: 'SIGKILL', state: { phase: 'shifting' }, outputs: {} })
  })
})
