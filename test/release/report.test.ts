import { describe, expect, test } from '@jest/globals'
import { endingOf, timeline, type DeployReport } from '@deploy-kit/release'
import { makePlan, type LoggedEvent, type Terminal } from '@deploy-kit/rollout'
import { deploymentSummary } from '../../packages/release/src/report/summary.ts'
import { deploymentResult } from '../../packages/release/src/report/result.ts'
import { outlookFor } from '../../packages/release/src/deploy/outlook.ts'
import { release, request, step } from '../rollout/story.ts'

const start = Date.UTC(2026, 0, 2, 3, 4, 5)
const at = (seconds: number): number => start + seconds * 1_000

const evidence = { text: 'canary 11.1 % (3/27) against 0 % (0/670), 784 : 1, needed 100 : 1', numbers: { against: { odds: 784 } } }

const sentBack: readonly LoggedEvent[] = [
  { at: at(1), event: { type: 'prepared' }, phase: 'shifting', step: 0, weight: 0 },
  { at: at(2), event: { type: 'weight-set', weight: 5, at: at(2) }, phase: 'baking', step: 0, weight: 5 },
  {
    at: at(4),
    event: { type: 'verdict', verdict: { kind: 'fail', text: 'errors' }, at: at(4) },
    phase: 'retreating',
    step: 0,
    weight: 5,
    evidence,
  },
  { at: at(5), event: { type: 'weight-set', weight: 0, at: at(5) }, phase: 'discarding', weight: 0 },
]

const report = (end: DeployReport['end'], more: Partial<DeployReport> = {}): DeployReport => ({
  app: 'shop',
  environment: 'production',
  kind: 'release',
  release: release('v2'),
  replaced: release('v1'),
  plan: makePlan(request()),
  end,
  weight: 0,
  startedAt: start,
  endedAt: at(6),
  events: sentBack,
  changes: [],
  ...more,
})

const failing: Terminal = { phase: 'aborted', reason: { code: 'canary-failing', text: 'errors: canary 11.1 %' } }
const run = { id: 'acme/shop/1', attempt: 1, actor: 'mona' }

describe('how a deployment ended', () => {
  test.each<[DeployReport['end'], ReturnType<typeof endingOf>['outcome'], boolean]>([
    [{ phase: 'promoted', verified: true }, 'promoted', true],
    [{ phase: 'unchanged' }, 'unchanged', true],
    [{ phase: 'planned' }, 'planned', true],
    [failing, 'aborted', false],
    [{ phase: 'rolled-back', reason: { code: 'watch-failed', text: 'x' } }, 'rolled-back', false],
    [{ phase: 'frozen', at: { phase: 'preparing' } }, 'frozen', false],
  ])('%j', (end, outcome, ok) => {
    expect(endingOf(report(end))).toMatchObject({ outcome, ok })
  })

  test('a promoted rollback is a rollback that worked', () => {
    expect(endingOf(report({ phase: 'promoted', verified: true }, { kind: 'rollback' }))).toMatchObject({
      outcome: 'rolled-back',
      ok: true,
      reasonCode: 'ok',
    })
  })
})

test('the weights over time begin with the preparation and show the way back', () => {
  expect(timeline(report(failing))).toEqual([
    { label: 'prepare and check', weight: 0, from: start, to: at(2), back: false },
    { label: '5 %', weight: 5, from: at(2), to: at(5), back: false },
    { label: 'back on stable', weight: 0, from: at(5), to: at(6), back: true },
  ])
})

describe('the summary', () => {
  test('says what, where, from which digest to which, the evidence, and who asked', () => {
    const text = deploymentSummary(report(failing), run)
    for (const part of [
      'shop in production: aborted',
      'canary-failing',
      'mona',
      '784 : 1',
      '```mermaid',
      'crit, 03:04:10.000, 03:04:11.000',
    ])
      expect(text).toContain(part)
    for (const which of ['v1', 'v2']) expect(text).toContain(release(which).digest.slice(7))
  })

  test('says how to go back only when there is something to go back from', () => {
    expect(deploymentSummary(report({ phase: 'promoted', verified: true }), run)).toContain(`target: ${release('v1').digest}`)
    expect(deploymentSummary(report(failing), run)).not.toContain('How to go back')
  })

  test('folds what changes beside the traffic, and counts what it cuts off', () => {
    const fields = Array.from({ length: 43 }, (_, index) => `data.key${index}: a -> b`)
    const changes = [
      { change: 'changed', object: 'ConfigMap settings', fields },
      { change: 'added', object: 'Job migrate', fields: [] },
    ] as const
    const text = deploymentSummary(report({ phase: 'planned' }, { changes }), run)
    expect(text).toContain(
      '<details><summary>2 objects: 1 changed, 1 added</summary>\n\n```diff\n~ ConfigMap settings\n    data.key0: a -> b\n',
    )
    expect(text).toContain('    data.key39: a -> b\n    and 3 more fields\n+ Job migrate\n```\n\n</details>')
    expect(deploymentResult(report({ phase: 'planned' }, { changes }))).toMatchObject({
      changes: {
        objects: [
          { object: 'ConfigMap settings', more: 3 },
          { change: 'added', fields: [], more: 0 },
        ],
        more: 0,
      },
    })
    expect(deploymentSummary(report({ phase: 'planned' }), run)).not.toContain('### Changes')
  })

  test('shows the last lines of a log as such', () => {
    const reason = {
      code: 'canary-not-ready',
      text: 'web-canary is not ready. Its last lines:\n    listen: *no* address\n    bye',
    } as const
    expect(deploymentSummary(report({ phase: 'aborted', reason }), run)).toContain(
      'web-canary is not ready. Its last lines:\n\n```text\nlisten: *no* address\nbye\n```\n',
    )
  })

  test('calls what came before by its image where it has no digest, and offers no way back to it', () => {
    const replaced = { ...release('v1'), digest: '', image: 'acme/shop:1' }
    const tagged = report({ phase: 'promoted', verified: true }, { replaced, plan: makePlan(request({ replaces: replaced })) })
    expect(deploymentSummary(tagged, run)).toContain('release of shop in production: acme/shop:1 -&gt; ')
    expect(deploymentSummary(tagged, run)).not.toContain('How to go back')
    expect(deploymentResult(tagged)).toMatchObject({ from: { digest: '', image: 'acme/shop:1' } })
  })

  test('lets no value of a manifest out of its fence', () => {
    const changes = [{ change: 'changed', object: 'ConfigMap page', fields: ['data.md: ```` </details> <b> -> x'] }] as const
    expect(deploymentSummary(report({ phase: 'planned' }, { changes }), run)).toContain('\n`````diff\n~ ConfigMap page\n    data.md: ````')
  })

  test('is inert whatever a version is called', () => {
    const text = deploymentSummary(
      report(failing, { release: { ...release('v2'), version: '<img src=x onerror=alert(1)> [x](http://evil) @mona' } }),
      run,
    )
    expect(text).not.toContain('<img')
    expect(text).not.toContain('](http')
  })
})

test('the result is JSON with everything that the outputs are made of', () => {
  const result = deploymentResult(report(failing))
  expect(JSON.parse(JSON.stringify(result))).toEqual(result)
  expect(result).toMatchObject({
    version: 1,
    kind: 'deployment',
    ok: false,
    outcome: 'aborted',
    reasonCode: 'canary-failing',
    to: { version: 'v2' },
    from: { version: 'v1' },
    weights: [{ weight: 0 }, { weight: 5 }, { weight: 0 }],
  })
})

const traffic = (perSecond: number, failureRate: number) => ({ perSecond, failureRate, seenRate: failureRate })

describe('what is said before the start', () => {
  const plan = makePlan(request({ steps: [step(5), step(100)] }))
  const judging = { options: { weights: [5, 100] }, probesPerSecond: 0 }

  test('is how long each step will need at this traffic', () => {
    const { lines, warnings } = outlookFor(plan, traffic(200, 0.0001), judging)
    expect(lines).toHaveLength(2)
    expect(lines[0]).toMatch(
      /^at 200 requests a second the step of 5 % needs about .* s, and in one case of twenty more than .* s; twice the failures are found in about .* \(95 %: .*\), three times in about .* \(95 %: .*\), ten times in about .* \(95 %: .*\)$/,
    )
    expect(warnings).toEqual([])
  })

  test('warns when the longest bake cannot suffice, with what to do about it', () => {
    const { warnings } = outlookFor(plan, traffic(0.5, 0.001), judging)
    expect(warnings[0]).toMatch(
      /step of 5 % will hardly have evidence enough within its 1 m: at 0\.5 requests a second it needs about .* Enough would be `bake-max: .*` or 5 synthetic requests a second to each side \(`judge\.probe`\)\.$/,
    )
  })

  test('counts synthetic requests as evidence, and needs no users then', () => {
    const { lines, warnings } = outlookFor(plan, traffic(0, 0.001), { ...judging, probesPerSecond: 50 })
    expect(lines[0]).toMatch(/^at 0 requests a second and 50 synthetic ones to each side the step of 5 % needs about \d+(\.\d)? s/)
    // At 100 % the margin is that of all users, and 50 are too few to prove it within a minute.
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toMatch(/step of 100 % .* Enough would be `bake-max: \d+ m` or `harm: 0.5%`\.$/)
  })

  test('names as a remedy only what suffices by itself', () => {
    const { warnings } = outlookFor(plan, traffic(20, 0.0001), judging)
    expect(warnings[0]).toContain('Enough would be `bake-max: 8 m`, `harm: 0.5%`, or 2 synthetic requests a second')
    expect(warnings[0]).not.toContain('a weight of')
  })

  test('of a preview is when stable will be known well enough for a switch', () => {
    const switching = makePlan(request({ strategy: 'blue-green', steps: [step(100)] }))
    const { lines } = outlookFor(switching, traffic(200, 0.001), { ...judging, options: { weights: [0, 100] } })
    expect(lines[0]).toMatch(/^at 200 requests a second stable is known well enough for a switch after about 3 m \d+ s$/)
    expect(lines[1]).toContain('the step of 100 % needs about')
  })

  test('holds for a service that fails already', () => {
    expect(outlookFor(plan, traffic(200, 0.9), judging).lines).toHaveLength(2)
  })
})
