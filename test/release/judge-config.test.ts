import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { createJudge } from '@deploy-kit/judge'
import { resolveSettings, resolveTarget, type DeploySettings } from '@deploy-kit/release'
import { furtherMetrics, judgeOptions } from '../../packages/release/src/deploy/judge-options.ts'
import { readInputs } from '@deploy-kit/core'
import { leaseInputs, rolloutInputs } from '../../actions/shared/rollout-inputs.ts'

/** The settings of an environment whose `judge` reads like this. */
const judging = async (yaml: string): Promise<DeploySettings> => {
  const workspace = mkdtempSync(join(tmpdir(), 'deploy-kit-judge-'))
  const lines = yaml
    .trim()
    .split('\n')
    .map((line) => `      ${line}\n`)
    .join('')
  writeFileSync(
    join(workspace, 'deploy-kit.yml'),
    `app: shop\nenvironments:\n  production:\n    platform: { local: {} }\n    judge:\n${lines}`,
  )
  const resolved = await resolveTarget(
    { config: 'deploy-kit.yml', app: undefined, environment: undefined, platform: undefined, edge: undefined },
    workspace,
  )
  return resolveSettings(nothing, resolved, workspace)
}

/** As the actions read them, with two steps. */
const nothing = { ...readInputs({ ...rolloutInputs, ...leaseInputs }, () => ''), steps: [10, 100] }

const prometheus = "prometheus: { url: 'http://p:9090', total: requests_total, failed: 'code=~\"5..\"', side-label: version }"

describe('where the judge hears from', () => {
  test('without a word the platform counts, and latency is not judged', async () => {
    const { judge, steps } = await judging('harm: 0.5%')
    expect(judge).toEqual({ harm: 0.005 })
    expect(judgeOptions({ judge, steps })).toEqual({ harm: 0.005, weights: [10, 100] })
  })

  test('latency without a source is that of the platform, judged with the requests themselves', async () => {
    const settings = await judging('latency: { slo: 500ms, role: advisory }')
    expect(judgeOptions(settings)).toMatchObject({ latency: { slo: 0.5, role: 'advisory' } })
    expect(furtherMetrics(settings.judge)).toEqual({})
  })

  test('errors from Prometheus, with what they weigh', async () => {
    const settings = await judging(`errors: { ${prometheus}, budget-share: 3, overdispersion: 1.5 }\noverdispersion: 1.2`)
    expect(settings.judge.errors?.source).toEqual({
      name: 'prometheus',
      options: { url: 'http://p:9090', total: 'requests_total', failed: 'code=~"5.."', 'side-label': 'version' },
    })
    expect(judgeOptions(settings)).toEqual({ overdispersion: 1.2, errors: { budgetShare: 3, overdispersion: 1.5 }, weights: [10, 100] })
  })

  test('errors and latency from different places are different requests, so latency is a metric of its own', async () => {
    const settings = await judging(`errors: { ${prometheus} }\nlatency: { slo: 250ms }`)
    expect(furtherMetrics(settings.judge)).toEqual({ latency: { kind: 'histogram', slo: 0.25 } })
    const options = judgeOptions(settings)
    expect(options).toMatchObject({ metrics: { latency: { kind: 'latency', slo: 0.25 } } })
    expect(options).not.toHaveProperty('latency')
  })

  test('further metrics of each kind are what the judge takes', async () => {
    const settings = await judging(`
errors: { ${prometheus} }
metrics:
  checkout: { kind: ratio, ${prometheus}, role: advisory, tolerance: { ratio: 1.5, absolute: 1% } }
  search: { kind: histogram, prometheus: { url: 'http://p:9090', histogram: 'seconds{version="{{version}}"}' }, slo: 2s }
  memory: { kind: gauge, prometheus: { url: 'http://p:9090', query: 'avg by (version) (memory_bytes)', side-label: version } }
probe: { path: /, per-second: 5 }`)
    const options = judgeOptions(settings)
    expect(options.metrics).toEqual({
      checkout: { kind: 'failures', role: 'advisory', tolerance: { ratio: 1.5, absolute: 0.01 } },
      search: { kind: 'latency', slo: 2 },
      memory: { kind: 'gauge' },
    })
    expect(() => createJudge(options)).not.toThrow()
    expect(settings.judge.probe).toEqual({ path: '/', 'per-second': 5 })
  })
})

describe('a fault is told at its place, with what is allowed', () => {
  test.each([
    ['a key of the source', 'latency: { prometheus: { url: http://p, histgram: x } }', /unknown key `histgram`; allowed: .*histogram/],
    ['two sources for one metric', `errors: { ${prometheus}, scrape: { requests: a, failed: 'code="5"' } }`, /names several sources/],
    ['a metric from nowhere', 'metrics: { memory: { kind: gauge } }', /names no source, or several; expected one of .*prometheus/],
    ['a kind that a source does not give', 'metrics: { memory: { kind: gauge, scrape: { histogram: x } } }', /unknown key `scrape`/],
    ['a kind that there is not', `metrics: { a: { kind: rate, ${prometheus} } }`, /`kind: ratio`, `histogram` or `gauge`/],
    ['a role', 'latency: { role: important }', /one of critical, advisory, got "important"/],
    ['a name that is taken', `metrics: { errors: { kind: ratio, ${prometheus} } }`, /other than errors, latency and probe/],
    ['a secret in the file', 'latency: { prometheus: { url: http://p, histogram: x, bearer: t0ken } }', /name the environment variable/],
  ])('%s', async (_what, yaml, words) => {
    await expect(judging(yaml)).rejects.toMatchObject({
      code: 'config-invalid',
      message: expect.stringMatching(words),
      where: expect.stringMatching(/deploy-kit\.yml:6:\d+$/),
    })
  })
})

test.each(['docs/metric-sources.md', ...['prometheus', 'scrape', 'probe'].map((name) => `packages/metrics/src/${name}/README.md`)])(
  'the example of %s is a configuration',
  async (page) => {
    const [, example = ''] = /```yaml\njudge:\n(.*?)```/s.exec(readFileSync(page, 'utf8')) ?? []
    expect(example).not.toBe('')
    expect((await judging(example.replaceAll(/^ {2}/gm, ''))).judge).not.toEqual({})
  },
)
