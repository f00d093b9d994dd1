import { readFileSync } from 'node:fs'
import * as exported from '@deploy-kit/judge'
import { createJudge, describeEvidence, duration, forecast } from '@deploy-kit/judge'
import { expect, test } from '@jest/globals'

const readme = readFileSync(new URL('../../packages/judge/README.md', import.meta.url), 'utf8')

test('the worked example of the README prints what the README says', () => {
  const judge = createJudge({
    falseRollbacks: 0.01,
    weights: [10, 50, 100],
    history: { requests: 180_000, failures: 900 },
    overdispersion: 1,
  })
  const looks = [
    [1, 7],
    [3, 6],
    [2, 8],
    [4, 7],
    [3, 6],
    [5, 9],
  ] as const
  for (const [k, [canary, stable]] of looks.entries()) {
    const { verdict, evidence } = judge.observe({
      at: k * 15_000,
      weight: 10,
      stepBegan: k === 0,
      mode: 'rollout',
      canary: { requests: 150, failures: canary },
      stable: { requests: 1350, failures: stable },
    })
    expect(readme).toContain(`\n${verdict.padEnd(12)}  ${describeEvidence(evidence)}\n`)
  }
  const times = forecast({ rps: 100, weight: 10, baseline: 0.005, regression: 0.02, pollMs: 15_000, options: { overdispersion: 1 } })
  const [detect, late, promote, latePromote] = [times.detectMedianMs, times.detectP95Ms, times.promoteMedianMs, times.promoteP95Ms].map(
    (ms) => duration(ms),
  )
  expect(readme).toContain(
    `found after ${detect?.replace(' 0 s', '')} (half of the cases), ${late} (95 %); a good one passes after ${promote}, ${latePromote}`,
  )
})

test('the README names everything that the package exports', () => {
  expect(Object.keys(exported).filter((name) => !new RegExp(`\\b${name}\\b`).test(readme))).toEqual([])
})
