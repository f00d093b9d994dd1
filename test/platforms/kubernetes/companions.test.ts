import { expect, test } from '@jest/globals'
import { companionsFor } from '../../../packages/platforms/src/kubernetes/companions/index.ts'
import { budget, policy, selector, shop, situation } from './preflight/situation.ts'

const companions = (given: Parameters<typeof situation>[0]) => companionsFor(situation({ budgets: [], ...given }))
const canarySelector = situation().canary.deployment.spec?.selector

test.each<[string, object, object]>([
  ['a number to keep is a share of the replicas', { minAvailable: 2 }, { minAvailable: '67%' }],
  ['a number that may go is one too', { maxUnavailable: 1 }, { maxUnavailable: '33%' }],
  ['a share stays', { minAvailable: '80%' }, { minAvailable: '80%' }],
])('the budget of stable for the canary: %s', (_, of, expected) => {
  expect(companions({ budgets: [budget(of)] })).toEqual([
    expect.objectContaining({
      kind: 'PodDisruptionBudget',
      metadata: expect.objectContaining({ name: 'shop-canary' }),
      spec: { selector: canarySelector, ...expected },
    }),
  ])
})

test('a budget that selects both sides already is not made twice: a pod with two budgets cannot be evicted at all', () => {
  expect(companions({ budgets: [budget({ selector: { matchLabels: { tier: 'web' } } })] })).toEqual([])
})

test('all policies of stable become one of the canary, which allows and closes what they do together', () => {
  const [made] = companions({
    policies: [
      policy('from-gateway', {
        podSelector: selector,
        policyTypes: ['Ingress'],
        ingress: [{ from: [{ namespaceSelector: {} }], ports: [{ port: 8080 }] }],
      }),
      policy('between-replicas', { podSelector: selector, ingress: [{ from: [{ podSelector: selector }] }] }),
      policy('to-database', {
        podSelector: selector,
        policyTypes: ['Egress'],
        egress: [{ to: [{ podSelector: { matchLabels: { app: 'database' } } }] }],
      }),
      policy('of-others', { podSelector: { matchLabels: { app: 'cart' } }, ingress: [] }),
      policy('of-everybody', { podSelector: {}, policyTypes: ['Ingress'] }),
    ],
  })
  expect(made).toMatchObject({
    kind: 'NetworkPolicy',
    metadata: { name: 'shop-canary', namespace: 'shop', labels: { 'deploy-kit.io/track': 'canary' } },
    spec: {
      podSelector: canarySelector,
      policyTypes: ['Ingress', 'Egress'],
      ingress: [
        { from: [{ namespaceSelector: {} }], ports: [{ port: 8080 }] },
        { from: [{ podSelector: selector }, { podSelector: canarySelector }] },
      ],
      egress: [{ to: [{ podSelector: { matchLabels: { app: 'database' } } }] }],
    },
  })
})

test('a policy without rules closes: so does that of the canary', () => {
  const [made] = companions({ policies: [policy('closed', { podSelector: selector, policyTypes: ['Ingress'] })], stable: shop() })
  expect(made).toMatchObject({ spec: { policyTypes: ['Ingress'], ingress: [] } })
})
