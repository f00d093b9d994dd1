import { expect, test } from '@jest/globals'
import { Recent } from '../../../packages/platforms/src/local/edge/metrics/recent.ts'

const minute = 60_000

test('what a version answered lately is known by the minute, for half an hour', () => {
  const recent = new Recent()
  expect(recent.upTo(0)).toBeUndefined()
  for (let second = 0; second < 10; second += 1) recent.count(second === 3, minute + second * 1_000)
  expect(recent.upTo(minute + 20_000)).toEqual({ requests: 10, failures: 1, ms: 20_000 })
  recent.count(false, 20 * minute)
  expect(recent.upTo(21 * minute)).toEqual({ requests: 11, failures: 1, ms: 20 * minute })
  // The first minute is half an hour ago by now.
  expect(recent.upTo(31 * minute + 1)).toEqual({ requests: 1, failures: 0, ms: 29 * minute + 1 })
  recent.count(true, 60 * minute)
  expect(recent.upTo(60 * minute + 30_000)).toEqual({ requests: 1, failures: 1, ms: 29 * minute + 30_000 })
})
