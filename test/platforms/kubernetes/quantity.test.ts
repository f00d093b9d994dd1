import { expect, test } from '@jest/globals'
import { quantityOf } from '../../../packages/platforms/src/kubernetes/objects/quantity.ts'

test.each([
  ['0', 0],
  ['250m', 0.25],
  ['1.5', 1.5],
  ['.5', 0.5],
  ['128Mi', 134_217_728],
  ['1Gi', 1_073_741_824],
  ['2k', 2_000],
  ['1e3', 1_000],
  ['2E', 2e18],
  ['', Number.NaN],
  ['many', Number.NaN],
  ['5 Gi', Number.NaN],
])('%s', (text, value) => {
  expect(quantityOf(text)).toBe(value)
})
