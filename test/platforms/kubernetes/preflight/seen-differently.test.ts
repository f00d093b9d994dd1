import { expect, test } from '@jest/globals'
import type { KubeObject } from '../../../../packages/platforms/src/kubernetes/api/index.ts'
import { neighbourKinds } from '../../../../packages/platforms/src/kubernetes/preflight/neighbours.ts'
import { seenDifferently } from '../../../../packages/platforms/src/kubernetes/preflight/subjects/seen-differently.ts'
import { found, messagesOf, objectOf, policy, service, situation, type Given } from './situation.ts'

// The Service selects `app: shop`, so the canary's pods have `app: shop-canary`; `tier: web` stays.
const byApp = { matchLabels: { app: 'shop' } }
const byTier = { matchLabels: { tier: 'web' } }

const theirs = (group: string, kind: string, ...objects: readonly KubeObject[]): Given => ({
  neighbours: neighbourKinds.filter((each) => each.group === group && each.kind === kind).map((each) => ({ kind: each, objects })),
})

test.each<[string, Given, readonly string[]]>([
  ['nothing', {}, []],
  ['a second Service of the same pods', { services: [service(), service('shop-internal')] }, ['advice canary-seen-differently']],
  [
    'a PodMonitor by the label that changes',
    theirs('monitoring.coreos.com', 'PodMonitor', objectOf({ selector: byApp })),
    ['warning canary-seen-differently'],
  ],
  ['a PodMonitor by one that stays', theirs('monitoring.coreos.com', 'PodMonitor', objectOf({ selector: byTier })), []],
  ['a PodMonitor of all pods', theirs('monitoring.coreos.com', 'PodMonitor', objectOf({ selector: {} })), []],
  [
    "a ServiceMonitor by a label that the canary's Service has too",
    theirs('monitoring.coreos.com', 'ServiceMonitor', objectOf({ selector: byApp })),
    [],
  ],
  [
    'mutual TLS for stable alone',
    theirs('security.istio.io', 'PeerAuthentication', objectOf({ selector: byApp })),
    ['error canary-less-protected'],
  ],
  ['mutual TLS for the namespace', theirs('security.istio.io', 'PeerAuthentication', objectOf({ mtls: { mode: 'STRICT' } })), []],
  [
    'a Sidecar of Istio, in its older form',
    theirs('networking.istio.io', 'Sidecar', objectOf({ workloadSelector: { labels: { app: 'shop' } } })),
    ['warning canary-seen-differently'],
  ],
  [
    'a policy of Cilium',
    theirs('cilium.io', 'CiliumNetworkPolicy', objectOf({ endpointSelector: byApp })),
    ['error canary-less-protected'],
  ],
])('%s', (_, given, expected) => {
  expect(found(seenDifferently, given)).toEqual(expected)
})

test('a ServiceMonitor by who made the Service would not see that of the canary', () => {
  const labels = { app: 'shop', 'app.kubernetes.io/managed-by': 'Helm' }
  const monitor = theirs(
    'monitoring.coreos.com',
    'ServiceMonitor',
    objectOf({ selector: { matchLabels: { 'app.kubernetes.io/managed-by': 'Helm' } } }),
  )
  expect(found(seenDifferently, { ...monitor, front: service('shop', labels) })).toEqual(['warning canary-seen-differently'])
})

test('a database that lets in stable by its labels would not let in the canary, and the way out is the peer to add', () => {
  const database = policy('database', { podSelector: { matchLabels: { app: 'database' } }, ingress: [{ from: [{ podSelector: byApp }] }] })
  expect(messagesOf(seenDifferently(situation({ policies: [database] })))).toBe(
    "The NetworkPolicy database in shop lets pods of shop in by labels that the canary's pods do not have. " +
      'Add beside that peer, once: `- podSelector: { matchLabels: { deploy-kit.io/track-of: shop } }`.',
  )
})

const elsewhere = (peer: object) => policy('database', { podSelector: {}, ingress: [{ from: [peer] }] }, 'data')

const named = (name: string) => ({ podSelector: byApp, namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } } })

test('in another namespace only a peer with a namespaceSelector means our pods', () => {
  expect(found(seenDifferently, { policiesElsewhere: [elsewhere({ podSelector: byApp })] })).toEqual([])
  expect(found(seenDifferently, { policiesElsewhere: [elsewhere({ podSelector: byApp, namespaceSelector: {} })] })).toEqual([
    'warning canary-seen-differently',
  ])
  expect(found(seenDifferently, { policiesElsewhere: [elsewhere(named('shop'))] })).toEqual(['warning canary-seen-differently'])
  expect(found(seenDifferently, { policiesElsewhere: [elsewhere(named('cart'))] })).toEqual([])
})

test('a peer by a label that stays lets in both', () => {
  const database = policy('database', {
    podSelector: {},
    ingress: [{ from: [{ podSelector: byTier }] }],
    egress: [{ to: [{ podSelector: byTier }] }],
  })
  expect(found(seenDifferently, { policies: [database] })).toEqual([])
})
