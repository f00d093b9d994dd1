import { describe, expect, test } from '@jest/globals'
import { defineAction, input, KitError, runs } from '@deploy-kit/core'
import { FakeHost } from '../../fakes/action-host.ts'

const greet = defineAction({
  name: 'greet',
  title: 'Greet',
  summary: 'Greets.',
  inputs: { who: input.text({ required: true, about: 'Whom.' }), password: input.secret({ about: 'Secret.' }) },
  outputs: { greeting: 'What was said.', echo: 'What came back.' },
  permissions: {},
  hosts: {},
  branding: { icon: 'smile', color: 'blue' },
})

const good = { ok: true, outcome: 'greeted', reasonCode: 'ok', reason: 'Everybody was greeted.', result: { n: 1 } } as const

describe('an action that does its work', () => {
  test('sets the outcome and its own outputs, writes its summary, and ends well', async () => {
    const host = new FakeHost({ who: 'world' })
    const main = runs(greet, async ({ inputs }) => ({ ...good, outputs: { greeting: `hello ${inputs.who}` }, summary: '# Done' }))
    expect(await main(host)).toBe(0)
    expect(host.outputs).toEqual({
      outcome: 'greeted',
      'reason-code': 'ok',
      reason: 'Everybody was greeted.',
      result: '{"n":1}',
      greeting: 'hello world',
    })
    expect(host).toMatchObject({ markdown: '# Done', failures: [] })
  })

  test('masks secrets before anything else happens, also when an input is wrong', async () => {
    const host = new FakeHost({ password: 'hunter2' })
    const main = runs(greet, async () => ({ ...good, outputs: {} }))
    expect(await main(host)).toBe(1)
    expect(host.masked).toEqual(['hunter2'])
  })
})

describe('an action whose outcome is bad', () => {
  test('sets all its outputs and its summary as well, so that the next job can use them, and fails with the reason', async () => {
    const host = new FakeHost({ who: 'world' })
    const main = runs(greet, async () => ({
      ...good,
      ok: false,
      outcome: 'rolled-back',
      reasonCode: 'canary-failing',
      reason: 'The canary fails 3.1 %.',
      outputs: { greeting: 'bye' },
      summary: 'evidence',
    }))
    expect(await main(host)).toBe(1)
    expect(host.outputs).toMatchObject({ outcome: 'rolled-back', 'reason-code': 'canary-failing', greeting: 'bye' })
    expect(host.markdown).toBe('evidence')
    expect(host.failures).toEqual([expect.stringContaining('canary-failing\n  The canary fails 3.1 %.')])
  })
})

const failing = async (thrown: unknown): Promise<FakeHost> => {
  const host = new FakeHost({ who: 'world' })
  const main = runs(greet, async () => {
    throw thrown
  })
  expect(await main(host)).toBe(1)
  return host
}

describe('an action that throws', () => {
  test('fails with the code, the message and the remedy', async () => {
    const host = await failing(new KitError('lease-held', 'Run 7 is releasing.', { remedy: 'Wait for run 7.' }))
    expect(host.outputs).toEqual({ outcome: 'error', 'reason-code': 'lease-held', reason: 'Run 7 is releasing.', result: 'null' })
    expect(host.failures).toEqual(['lease-held\n  Run 7 is releasing.\n  Wait for run 7. (docs/reason-codes/lease-held.md)'])
  })

  test('is cancelled, not broken, when the run was cancelled', async () => {
    const host = await failing(new KitError('cancelled', 'The run was cancelled by SIGINT.'))
    expect(host.outputs).toMatchObject({ outcome: 'cancelled', 'reason-code': 'cancelled' })
  })

  test('owns up to a fault of deploy-kit', async () => {
    const host = await failing(new TypeError('x is undefined'))
    expect(host.outputs).toMatchObject({ outcome: 'error', 'reason-code': 'internal-error' })
    expect(host.failures[0]).toContain('open an issue')
  })

  test('does no work at all when an input is wrong', async () => {
    const host = new FakeHost()
    const main = runs(greet, async () => {
      throw new Error('was called')
    })
    expect(await main(host)).toBe(1)
    expect(host.outputs).toMatchObject({ 'reason-code': 'input-missing' })
    expect(host.failures[0]).toContain('`who` is required: Whom.')
  })
})

test('the signal of an action is not aborted, and nobody listens for signals once it has ended', async () => {
  const before = process.listenerCount('SIGINT')
  const main = runs(greet, async ({ signal }) => {
    expect(signal.aborted).toBe(false)
    expect(process.listenerCount('SIGINT')).toBe(before + 1)
    return { ...good, outputs: {} }
  })
  expect(await main(new FakeHost({ who: 'x' }))).toBe(0)
  expect(process.listenerCount('SIGINT')).toBe(before)
})
