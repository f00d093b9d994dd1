import { afterAll, describe, expect, jest, test } from '@jest/globals'
import type { ActionInputs } from './stage/shop.ts'
import { setStage } from './stage/stage.ts'

jest.setTimeout(30_000)
const stage = await setStage()
afterAll(() => stage.strike())

/** An action, what it is given, the code of its refusal, and the words that must be in it. */
const refusals: readonly (readonly [string, ActionInputs, string, readonly string[]])[] = [
  ['build-image', { context: 'nowhere' }, 'build-request-invalid', ['nowhere']],
  ['build-image', { 'build-args': 'no assignment' }, 'input-invalid', ['`build-args`', 'NAME=value']],
  ['scan-trivy', {}, 'input-missing', ['`image` is required']],
  ['scan-trivy', { image: 'x', 'fail-on': 'dreadful' }, 'input-invalid', ['`fail-on`', 'dreadful', 'critical']],
  ['smoke-test', {}, 'input-missing', ['`suite` is required']],
  ['smoke-test', { suite: 'gone.yml', url: 'http://127.0.0.1:1' }, 'smoke-suite-missing', ['gone.yml']],
  ['deploy-canary', {}, 'input-missing', ['`image` is required']],
  ['deploy-canary', { image: 'x', steps: '50, 5', poll: 'often' }, 'input-invalid', ['`steps`', '`poll`: `often`', '30s']],
  ['deploy-canary', { image: 'shop:latest', app: 'shop', platform: 'local' }, 'image-digest-missing', ['shop:latest']],
  ['deploy-canary', { image: 'x' }, 'config-missing', ['deploy-kit.yml', '`app`', '`platform`']],
  ['auto-rollback', { mode: 'undo' }, 'input-invalid', ['`mode`', 'undo', 'reconcile']],
  ['deploy-kit', { scan: 'maybe' }, 'input-invalid', ['`scan`', 'required, off']],
]

describe('what is wrong with the inputs is said at once, and nothing is touched', () => {
  test.concurrent.each(refusals)('%s %j: %s', async (action, inputs, code, words) => {
    await using shop = stage.shop()
    const { exitCode, outputs, log } = await shop.runs(action, inputs)

    expect({ exitCode, ...outputs }).toMatchObject({ exitCode: 1, outcome: 'error', 'reason-code': code, result: 'null' })
    expect(outputs).not.toHaveProperty('mutated')
    const errors = log.split('\n').filter((line) => line.startsWith('::error'))
    expect(errors).toHaveLength(1)
    expect(errors[0]).toMatch(new RegExp(`${code}.*docs/reason-codes/${code}\\.md`))
    for (const word of words) expect(outputs['reason']).toContain(word)
    expect(await shop.state()).toEqual({ stable: null, canary: null, weight: 0, lease: 'free' })
  })

  test.concurrent('an unknown key in the configuration, with its line and what is allowed', async () => {
    await using shop = stage.shop().configured({ stategy: 'rolling' })
    const { exitCode, outputs, log } = await shop.runs('deploy-canary', { image: await stage.layout('v2') })
    expect({ exitCode, ...outputs }).toMatchObject({ exitCode: 1, 'reason-code': 'config-invalid' })
    expect(log).toMatch(/deploy-kit\.yml:7:5 {2}config-invalid/)
    expect(outputs['reason']).toMatch(/unknown key `stategy`; allowed: .*strategy/)
  })

  test.concurrent('an edge that is not there', async () => {
    await using shop = stage.shop()
    const { exitCode, outputs } = await shop.releases('v2', { edge: 'http://127.0.0.1:9' })
    expect({ exitCode, ...outputs }).toMatchObject({ exitCode: 1, outcome: 'error', 'reason-code': 'platform-unreachable' })
    expect(outputs['reason']).toContain('http://127.0.0.1:9')
    expect(outputs).not.toHaveProperty('mutated')
  })
})
