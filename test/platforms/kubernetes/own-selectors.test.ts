import { expect, test } from '@jest/globals'
import { withOwnSelectors } from '../../../packages/platforms/src/kubernetes/objects/own-selectors.ts'

const stable = { app: 'shop', tier: 'web' }
const canary = { app: 'shop-canary', tier: 'web', 'deploy-kit.io/track': 'canary' }
const moved = (spec: object) => withOwnSelectors({ containers: [], ...spec }, stable, canary)

test.each([
  ['labels that differ', { matchLabels: { app: 'shop', tier: 'web' } }, { matchLabels: { app: 'shop-canary', tier: 'web' } }],
  [
    'values of an expression',
    { matchExpressions: [{ key: 'app', operator: 'In', values: ['shop', 'cart'] }] },
    { matchExpressions: [{ key: 'app', operator: 'In', values: ['shop-canary', 'cart'] }] },
  ],
  ['what both sides answer', { matchLabels: { tier: 'web' } }, { matchLabels: { tier: 'web' } }],
  ['pods of others', { matchLabels: { app: 'cache' } }, { matchLabels: { app: 'cache' } }],
])('a spread counts its own side: %s', (_, labelSelector, expected) => {
  const spread = { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' }
  expect(moved({ topologySpreadConstraints: [{ ...spread, labelSelector }] }).topologySpreadConstraints).toEqual([
    { ...spread, labelSelector: expected },
  ])
})

const affinity = (app: string) => ({
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchExpressions: [{ key: 'app', operator: 'In', values: ['shop'] }] }],
    },
  },
  podAntiAffinity: {
    preferredDuringSchedulingIgnoredDuringExecution: [
      { weight: 1, podAffinityTerm: { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app } } } },
    ],
  },
})

test('an affinity to its own kind can be met by the canary, however deep it stands', () => {
  expect(moved({ affinity: affinity('shop') }).affinity).toEqual(affinity('shop-canary'))
})

test('a template without such rules stays as it is', () => {
  expect(moved({ nodeSelector: { app: 'shop' } })).toEqual({ containers: [], nodeSelector: { app: 'shop' } })
})
