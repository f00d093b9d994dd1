import { configurationOf, makePlan, type Finding, type StrategyName } from '@deploy-kit/rollout'
import type { KubeObject } from '../../../../packages/platforms/src/kubernetes/api/index.ts'
import { kubernetesOptions } from '../../../../packages/platforms/src/kubernetes/options.ts'
import type {
  Deployment,
  NetworkPolicy,
  PodDisruptionBudget,
  ResourceQuota,
  Service,
} from '../../../../packages/platforms/src/kubernetes/objects/models.ts'
import { canaryDeployment, canaryService } from '../../../../packages/platforms/src/kubernetes/workload/canary-objects.ts'
import type { Situation } from '../../../../packages/platforms/src/kubernetes/preflight/situation.ts'
import type { Subject } from '../../../../packages/platforms/src/kubernetes/preflight/subject.ts'

const digest = `sha256:${'a'.repeat(64)}`
const release = { digest, image: `registry.example/shop@${digest}`, environment: {}, configuration: configurationOf({}) }

export const selector = { matchLabels: { app: 'shop' } }

/** A Deployment that nothing can be said against. */
export const shop = (
  changes: { readonly spec?: object; readonly pod?: object; readonly container?: object; readonly metadata?: object } = {},
): Deployment => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'shop', namespace: 'shop', labels: { app: 'shop' }, ...changes.metadata },
  spec: {
    replicas: 3,
    selector,
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
    template: {
      metadata: { labels: { app: 'shop', tier: 'web' } },
      spec: {
        terminationGracePeriodSeconds: 30,
        topologySpreadConstraints: [
          { maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway', labelSelector: selector },
        ],
        containers: [
          {
            name: 'app',
            image: `registry.example/shop@sha256:${'b'.repeat(64)}`,
            readinessProbe: { httpGet: { path: '/readyz', port: 8080 } },
            lifecycle: { preStop: { sleep: { seconds: 5 } } },
            resources: { requests: { cpu: '250m', memory: '128Mi' }, limits: { memory: '256Mi' } },
            ...changes.container,
          },
        ],
        ...changes.pod,
      },
    },
    ...changes.spec,
  },
})

export const service = (name = 'shop', labels: Readonly<Record<string, string>> = { app: 'shop' }): Service => ({
  metadata: { name, labels },
  spec: { selector: selector.matchLabels, ports: [{ port: 80 }] },
})

export const budget = (spec: object = { maxUnavailable: 1 }): PodDisruptionBudget => ({
  metadata: { name: 'shop' },
  spec: { selector, ...spec },
})

export const policy = (name: string, spec: object, namespace = 'shop'): NetworkPolicy => ({ metadata: { name, namespace }, spec })

export const quota = (
  hard: Readonly<Record<string, string>>,
  used: Readonly<Record<string, string>>,
  spec: object = {},
): ResourceQuota => ({ metadata: { name: 'small' }, spec: { hard, ...spec }, status: { hard, used } })

export interface Given extends Partial<Omit<Situation, 'options' | 'plan'>> {
  readonly options?: object
  readonly strategy?: StrategyName
  readonly weights?: readonly number[]
}

/** What preflight would have read; nothing is wrong with it where nothing is given. */
export const situation = ({ options = {}, strategy = 'canary', weights = [5, 25, 50, 100], ...given }: Given = {}): Situation => {
  const stable = given.stable ?? shop()
  const front = given.front ?? service()
  const request = { app: 'shop', namespace: 'shop', workload: stable, service: front, avoid: [selector], replicas: 1, routed: true }
  const deployment = canaryDeployment(request)
  return {
    plan: makePlan({
      app: 'shop',
      environment: 'production',
      release,
      replaces: { ...release, digest: `sha256:${'b'.repeat(64)}` },
      strategy,
      steps: weights.map((weight) => ({ weight, bake: undefined, gates: [], approval: false })),
      smoke: false,
      watchMs: 0,
      onInsufficient: 'hold',
      deadlineMs: 60_000,
      pollMs: 1_000,
    }),
    options: kubernetesOptions.parse({
      namespace: 'shop',
      workload: 'deployment/shop',
      router: { 'gateway-api': { route: 'shop' } },
      ...options,
    }),
    stable,
    canary: { deployment, service: canaryService(front, deployment, request) },
    services: [front],
    front,
    route: undefined,
    budgets: [budget()],
    policies: [],
    policiesElsewhere: [],
    autoscalers: [],
    quotas: [],
    neighbours: [],
    reachable: undefined,
    ...given,
  }
}

/** `error workload-paused`, for tables. */
export const found = (subject: Subject, given: Given): readonly string[] =>
  subject(situation(given)).map(({ severity, code }) => `${severity} ${code}`)

export const messagesOf = (findings: readonly Finding[]): string =>
  findings.map(({ message, remedy = '' }) => `${message} ${remedy}`).join('\n')

export const objectOf = (spec: object, metadata: object = { name: 'theirs' }): KubeObject => ({ metadata, spec }) as KubeObject
