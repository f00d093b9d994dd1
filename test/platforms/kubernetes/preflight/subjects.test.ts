import { describe, expect, test } from '@jest/globals'
import type { KubeObject } from '../../../../packages/platforms/src/kubernetes/api/index.ts'
import { neighbourKinds } from '../../../../packages/platforms/src/kubernetes/preflight/neighbours.ts'
import { autoscaling } from '../../../../packages/platforms/src/kubernetes/preflight/subjects/autoscaling.ts'
import { controllers } from '../../../../packages/platforms/src/kubernetes/preflight/subjects/controllers.ts'
import { owners } from '../../../../packages/platforms/src/kubernetes/preflight/subjects/owners.ts'
import { quota as quotas } from '../../../../packages/platforms/src/kubernetes/preflight/subjects/quota.ts'
import { resilience } from '../../../../packages/platforms/src/kubernetes/preflight/subjects/resilience.ts'
import { surge } from '../../../../packages/platforms/src/kubernetes/preflight/subjects/surge.ts'
import { weights } from '../../../../packages/platforms/src/kubernetes/preflight/subjects/weights.ts'
import { workload } from '../../../../packages/platforms/src/kubernetes/preflight/subjects/workload.ts'
import { budget, found, messagesOf, objectOf, quota, shop, situation, type Given } from './situation.ts'

const theirs = (group: string, kind: string, ...objects: readonly KubeObject[]): Given => {
  const known = neighbourKinds.find((each) => each.group === group && each.kind === kind)
  if (known === undefined) throw new Error(`${kind} of ${group} is not looked at`)
  return { neighbours: [{ kind: known, objects }] }
}

const managed = (metadata: object): Given => ({ stable: shop({ metadata: { name: 'shop', namespace: 'shop', ...metadata } }) })

const scaler = (minReplicas: number, name = 'shop', metadata: object = {}): Given => ({
  autoscalers: [
    {
      metadata: { name: 'shop', ...metadata },
      spec: { minReplicas, maxReplicas: 9, scaleTargetRef: { kind: 'Deployment', name } },
    },
  ],
})

const scaled = (spec: object): Given => theirs('keda.sh', 'ScaledObject', objectOf({ scaleTargetRef: { name: 'shop' }, ...spec }))

describe('the workload', () => {
  test.each<[string, Given, readonly string[]]>([
    ['as it should be', {}, []],
    ['paused', { stable: shop({ spec: { paused: true } }) }, ['error workload-paused']],
    ['without replicas', { stable: shop({ spec: { replicas: 0 } }) }, ['error workload-scaled-to-zero']],
    ['recreated, beside a canary', { stable: shop({ spec: { strategy: { type: 'Recreate' } } }) }, ['warning workload-recreated']],
    [
      'recreated, rolling',
      { stable: shop({ spec: { strategy: { type: 'Recreate' } } }), strategy: 'rolling' },
      ['error workload-recreated'],
    ],
    ['without history', { stable: shop({ spec: { revisionHistoryLimit: 0 } }) }, ['warning history-not-kept']],
  ])('%s', (_, given, expected) => {
    expect(found(workload, given)).toEqual(expected)
  })
})

describe('resilience', () => {
  test.each<[string, Given, readonly string[]]>([
    ['as it should be', {}, []],
    ['one replica', { stable: shop({ spec: { replicas: 1 } }) }, ['warning replicas-few']],
    ['two replicas', { stable: shop({ spec: { replicas: 2 } }) }, ['advice replicas-few']],
    ['a quarter may be missing, which is none of 3', { stable: shop({ spec: { strategy: {} } }) }, []],
    ['a quarter may be missing, which is one of 4', { stable: shop({ spec: { replicas: 4, strategy: {} } }) }, ['advice capacity-drops']],
    ['one on each node', { stable: { ...shop({ spec: { replicas: undefined } }), kind: 'DaemonSet' } }, []],
    ['pods that are replaced in their places', { stable: { ...shop({ spec: { replicas: 4, strategy: {} } }), kind: 'StatefulSet' } }, []],
    ['no readiness probe', { stable: shop({ container: { readinessProbe: undefined } }) }, ['warning readiness-unknown']],
    ['no resources', { stable: shop({ container: { resources: {} } }) }, ['advice resources-unbounded']],
    ['nothing keeps them apart', { stable: shop({ pod: { topologySpreadConstraints: [] } }) }, ['advice replicas-together']],
    ['an anti-affinity does', { stable: shop({ pod: { topologySpreadConstraints: [], affinity: { podAntiAffinity: {} } } }) }, []],
    ['no budget', { budgets: [] }, ['advice disruptions-unbounded']],
    ['a budget of others', { budgets: [budget({ selector: { matchLabels: { app: 'cart' } } })] }, ['advice disruptions-unbounded']],
    ['a tag', { stable: shop({ container: { image: 'registry.example/shop:1' } }) }, ['advice image-unpinned']],
    ['no preStop', { stable: shop({ container: { lifecycle: undefined } }) }, ['advice shutdown-abrupt']],
    ['less grace than drain', { stable: shop({ pod: { terminationGracePeriodSeconds: 3 } }) }, ['warning shutdown-abrupt']],
  ])('%s', (_, given, expected) => {
    expect(found(resilience, given)).toEqual(expected)
  })
})

describe('owners', () => {
  const helm = managed({ annotations: { 'meta.helm.sh/release-name': 'shop' } })

  test.each<[string, Given, string | undefined]>([
    ['nobody', {}, undefined],
    [
      'Argo CD by annotation',
      managed({ annotations: { 'argocd.argoproj.io/tracking-id': 'storefront:apps/Deployment:shop/shop' } }),
      'the Argo CD Application storefront',
    ],
    [
      'Argo CD by its label, as written by it',
      managed({ labels: { 'app.kubernetes.io/instance': 'storefront' }, managedFields: [{ manager: 'argocd-controller' }] }),
      'the Argo CD Application storefront',
    ],
    [
      'a chart that sets the same label',
      managed({ labels: { 'app.kubernetes.io/instance': 'storefront' }, managedFields: [{ manager: 'helm' }] }),
      undefined,
    ],
    ['a Flux Kustomization', managed({ labels: { 'kustomize.toolkit.fluxcd.io/name': 'apps' } }), 'the Flux Kustomization apps'],
    [
      'a Flux HelmRelease',
      managed({ labels: { 'helm.toolkit.fluxcd.io/name': 'shop', 'helm.toolkit.fluxcd.io/namespace': 'flux' } }),
      'the Flux HelmRelease shop',
    ],
    ['Helm', helm, 'the Helm release shop'],
    [
      'the route of Argo CD',
      { route: { kind: 'HTTPRoute', metadata: { name: 'shop', annotations: { 'argocd.argoproj.io/tracking-id': 'storefront:x' } } } },
      'the Argo CD Application storefront',
    ],
  ])('%s', (_, given, owner) => {
    const findings = owners(situation(given))
    expect(findings.map(({ severity, code }) => `${severity} ${code}`)).toEqual(owner === undefined ? [] : ['error managed-elsewhere'])
    if (owner !== undefined) expect(messagesOf(findings)).toContain(`is managed by ${owner}, which would undo`)
  })

  test('the way out of Argo CD names the object and who may write its fields', () => {
    const argo = managed({ annotations: { 'argocd.argoproj.io/tracking-id': 'storefront:x' } })
    expect(messagesOf(owners(situation(argo)))).toContain(
      '{ group: apps, kind: Deployment, name: shop, managedFieldsManagers: [deploy-kit] }',
    )
  })

  test('whoever accepts it is still told', () => {
    expect(found(owners, { ...helm, options: { 'managed-elsewhere': 'accept' } })).toEqual(['warning managed-elsewhere'])
  })
})

test('the Helm release that deploy-kit releases through is no other owner', () => {
  const held = managed({ annotations: { 'meta.helm.sh/release-name': 'shop' } })
  expect(found(owners, { ...held, options: { helm: { release: 'shop', chart: './chart', values: { tag: 'image.tag' } } } })).toEqual([])
  expect(found(owners, { ...held, options: { helm: { release: 'cart', chart: './chart', values: { tag: 'image.tag' } } } })).toEqual([
    'error managed-elsewhere',
  ])
})

describe('other controllers', () => {
  test.each<[string, Given]>([
    [
      'a Rollout that takes the Deployment over',
      theirs('argoproj.io', 'Rollout', objectOf({ workloadRef: { kind: 'Deployment', name: 'shop' } })),
    ],
    [
      'a Rollout on the same Service',
      theirs('argoproj.io', 'Rollout', objectOf({ strategy: { canary: { stableService: 'shop', canaryService: 'shop-preview' } } })),
    ],
    ['a Canary of Flagger', theirs('flagger.app', 'Canary', objectOf({ targetRef: { kind: 'Deployment', name: 'shop' } }))],
    ['a Rollout of OpenKruise', theirs('rollouts.kruise.io', 'Rollout', objectOf({ workloadRef: { kind: 'Deployment', name: 'shop' } }))],
  ])('%s is refused', (_, given) => {
    expect(found(controllers, given)).toEqual(['error rollout-controller-present'])
  })

  test('those of other workloads are none of ours', () => {
    expect(found(controllers, theirs('flagger.app', 'Canary', objectOf({ targetRef: { kind: 'Deployment', name: 'cart' } })))).toEqual([])
  })
})

describe('autoscalers', () => {
  test('one that can be held is nothing to be told of; one that somebody else would change back is, with both numbers', () => {
    expect(found(autoscaling, scaler(1))).toEqual([])
    const argos = scaler(1, 'shop', { annotations: { 'argocd.argoproj.io/tracking-id': 'shop:autoscaling/x' } })
    const told = messagesOf(autoscaling(situation(argos)))
    expect(told).toContain('from 3 to 1 while the canary has all of the traffic')
    expect(told).toContain('kind: HorizontalPodAutoscaler, name: shop, managedFieldsManagers: [deploy-kit]')
    expect(found(autoscaling, { ...argos, options: { 'managed-elsewhere': 'accept' } })).toEqual([])
    expect(found(autoscaling, scaler(1, 'shop', { ownerReferences: [{ kind: 'ScaledObject', name: 'shop' }] }))).toEqual([
      'warning autoscaler-sees-no-load',
    ])
  })

  test('one that keeps what there is, or is for others, is not', () => {
    const argos = { annotations: { 'argocd.argoproj.io/tracking-id': 'shop:autoscaling/x' } }
    expect(found(autoscaling, scaler(3, 'shop', argos))).toEqual([])
    expect(found(autoscaling, scaler(1, 'cart', argos))).toEqual([])
  })

  test('KEDA may scale to nothing', () => {
    expect(found(autoscaling, scaled({}))).toEqual(['warning autoscaler-sees-no-load'])
    expect(found(autoscaling, scaled({ minReplicaCount: 2 }))).toEqual([])
  })
})

describe('quotas', () => {
  test.each<[string, Given, string | undefined]>([
    ['room enough: 3 for the canary, 1 for the surge', { quotas: [quota({ pods: '7' }, { pods: '3' })] }, undefined],
    ['one pod too few', { quotas: [quota({ pods: '6' }, { pods: '3' })] }, 'needs 4 more'],
    ['less for a smaller last step', { quotas: [quota({ pods: '6' }, { pods: '3' })], weights: [25, 50] }, undefined],
    ['CPU', { quotas: [quota({ 'requests.cpu': '1500m' }, { 'requests.cpu': '750m' })] }, 'needs 1 more'],
    ['memory', { quotas: [quota({ 'limits.memory': '1Gi' }, { 'limits.memory': '768Mi' })] }, 'needs 1024Mi more'],
    ['Deployments', { quotas: [quota({ 'count/deployments.apps': '1' }, { 'count/deployments.apps': '1' })] }, 'needs 1 more'],
    [
      'no canary in a rolling release',
      { quotas: [quota({ 'count/deployments.apps': '1' }, { 'count/deployments.apps': '1' })], strategy: 'rolling' },
      undefined,
    ],
    [
      'for pods of a class of priority',
      { quotas: [quota({ pods: '3' }, { pods: '3' }, { scopeSelector: { matchExpressions: [] } })] },
      undefined,
    ],
  ])('%s', (_, given, said) => {
    const findings = quotas(situation(given))
    expect(findings.map(({ code }) => code)).toEqual(said === undefined ? [] : ['quota-too-small'])
    if (said !== undefined) expect(messagesOf(findings)).toContain(said)
  })
})

describe('weights', () => {
  test('a step that the router cannot give is refused with those that it can', () => {
    const findings = weights(situation({ reachable: [0, 25, 50, 75, 100], weights: [5, 25, 35, 100] }))
    expect(messagesOf(findings)).toContain(
      '5 %, 35 % of the traffic cannot be given with 3 replicas of stable. Allowed here: 0, 25, 50, 75, 100.',
    )
    expect(found(weights, { reachable: [0, 25, 50, 100], weights: [25, 50, 100] })).toEqual([])
    expect(found(weights, {})).toEqual([])
  })
})

const bounded = (maxSurge: string, more: Given = {}): Given => ({ options: { 'max-surge': maxSurge }, ...more })

describe('a bound of the surge', () => {
  test.each<[string, Given, readonly string[]]>([
    ['that is not set', {}, []],
    ['that lets the canary be as large as stable', bounded('100%'), []],
    ['that the last step exceeds', bounded('2'), ['error surge-too-small']],
    ['that two steps exceed', bounded('1'), ['error surge-too-small', 'error surge-too-small']],
    ['that the steps keep', bounded('2', { weights: [10, 50] }), ['advice surge-too-small']],
    ['where there is no canary', bounded('1', { strategy: 'rolling' }), []],
  ])('%s', (_, given, expected) => {
    expect(found(surge, given)).toEqual(expected)
  })
})
