import { KitError } from '@deploy-kit/core'
import type { Finding, Plan } from '@deploy-kit/rollout'
import { orNone, kinds, pathOf, type Kind, type KubeObject } from '../api/index.ts'
import type { Cluster } from '../cluster.ts'
import { companionSources } from '../companions/sources.ts'
import { mayEverywhere } from '../role/allowed.ts'
import { canaryDeployment, canaryService } from '../workload/canary-objects.ts'
import { containerOf } from '../workload/container.ts'
import { chosenRouter } from '../routers/index.ts'
import { workloadKindOf } from '../workload/workload-kind.ts'
import { frontService, inFrontOf, selectorsOfStable } from '../workload/services.ts'
import type { Deployment, HorizontalPodAutoscaler, NetworkPolicy, ResourceQuota, Service } from '../objects/models.ts'
import { readNeighbours } from './read-neighbours.ts'
import type { Situation } from './situation.ts'
import { findingOf } from './subject.ts'

/** What was read, and what became clear while reading. */
export interface Read {
  readonly situation: Situation
  readonly findings: readonly Finding[]
}

/** Reads everything that the subjects look at. */
export const readSituation = async (stable: Deployment, plan: Plan, cluster: Cluster, signal: AbortSignal): Promise<Read> => {
  const { client, namespace, options, app } = cluster
  const findings: Finding[] = []
  const attempt = async <T, F>(work: () => Promise<T> | T, fallback: F): Promise<T | F> => {
    try {
      return await work()
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof KitError)) throw error
      findings.push(findingOf(error))
      return fallback
    }
  }
  const all = async <T extends KubeObject>(kind: Kind): Promise<readonly T[]> =>
    (await orNone(client.list<T>(pathOf(kind, namespace), { signal }), { items: [] })).items
  const [everyService, { budgets, policies }, policiesElsewhere, autoscalers, quotas, neighbours, route] = await Promise.all([
    // No Service sends anything to the canary of what has none.
    workloadKindOf(options) === 'deployment' ? all<Service>(kinds.service) : [],
    companionSources(cluster, signal),
    readPoliciesElsewhere(cluster, signal),
    all<HorizontalPodAutoscaler>(kinds.autoscaler),
    all<ResourceQuota>(kinds.resourceQuota),
    readNeighbours(cluster, signal),
    readRoute(cluster, signal),
  ])
  // A release that cannot come is told of elsewhere; what it would be beside is looked at all the same.
  const blueprint = await cluster.releases.blueprint(plan.release, signal).catch(() => undefined)
  const workload = blueprint?.workload ?? stable
  const services = inFrontOf(workload, everyService)
  const routed = plan.strategy !== 'rolling'
  const front = routed ? await attempt(() => frontService(services, cluster), undefined) : undefined
  await attempt(() => containerOf(workload, options.container).name, undefined)
  const reachable = routed && front !== undefined ? await attempt(() => reachableWeights(stable, cluster, signal), undefined) : undefined
  const request = {
    app,
    namespace,
    workload,
    service: front,
    avoid: selectorsOfStable(services, stable),
    replicas: 1,
    routed: true,
  }
  const deployment = canaryDeployment(request)
  return {
    situation: {
      plan,
      options,
      stable,
      canary: { deployment, service: front && canaryService(front, deployment, request) },
      services,
      front,
      route,
      budgets,
      policies,
      policiesElsewhere,
      autoscalers,
      quotas,
      neighbours,
      reachable,
    },
    findings,
  }
}

/** Only somebody who may list them in all namespaces is shown them; the published role does not ask for that. */
const readPoliciesElsewhere = async ({ client, namespace }: Cluster, signal: AbortSignal): Promise<readonly NetworkPolicy[]> => {
  const access = { group: 'networking.k8s.io', resource: 'networkpolicies', verb: 'list' }
  if (!(await mayEverywhere(access, client, signal))) return []
  const { items } = await client.list<NetworkPolicy>('/apis/networking.k8s.io/v1/networkpolicies', { signal })
  return items.filter(({ metadata }) => metadata?.namespace !== namespace)
}

/** Opens the router and reads its weight, so that whatever is wrong with it shows here. */
const reachableWeights = async (stable: Deployment, cluster: Cluster, signal: AbortSignal): Promise<readonly number[] | undefined> => {
  const router = await cluster.router(signal)
  await router.weight(signal)
  return router.reachable?.(stable.spec?.replicas ?? 1)
}

const readRoute = async ({ client, namespace, options }: Cluster, signal: AbortSignal): Promise<KubeObject | undefined> => {
  const { name, settings } = chosenRouter(options.router)
  if (name !== 'gateway-api' || settings.route === undefined) return undefined
  const kind = settings.kind === 'GRPCRoute' ? kinds.grpcRoute : kinds.httpRoute
  return orNone(client.get(pathOf(kind, settings.namespace ?? namespace, settings.route), { signal }), undefined)
}
