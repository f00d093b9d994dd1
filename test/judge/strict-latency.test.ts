import { createJudge, type JudgeOptions } from '@deploy-kit/judge'
import { expect, test } from '@jest/globals'

/** Odds against a canary of whose requests 33.4 % take longer than 100 ms and 5.95 % longer than 500 ms, beside 30 % and 5 %: slower, and inside the tolerance. */
const oddsAfterAnHour = (protects: NonNullable<JudgeOptions['protects']>) => {
  const judge = createJudge({ protects, latency: {} })
  let odds = 1
  for (let look = 1; look <= 240; look++) {
    const { evidence } = judge.observe({
      at: look * 15_000,
      weight: 50,
      stepBegan: look === 1,
      mode: 'rollout',
      boundaries: [0.1, 0.5],
      canary: { requests: 20_000, failures: 0, latency: [13_320, 5_490, 1_190] },
      stable: { requests: 20_000, failures: 0, latency: [14_000, 5_000, 1_000] },
    })
    odds = evidence.metrics.find(({ metric }) => metric === 'latency')?.against.odds ?? NaN
  }
  return odds
}

test('a canary that is slower within the tolerance gathers evidence against "no slower", and none against the strict promise', () => {
  expect(oddsAfterAnHour('no-worse')).toBeGreaterThan(1e6)
  expect(oddsAfterAnHour('within-tolerance')).toBeLessThan(1)
})
