import type { Finding } from '@deploy-kit/rollout'
import { quantityOf } from '../../objects/quantity.ts'
import type { Deployment, ResourceQuota } from '../../objects/models.ts'
import { replicasFor } from '../../workload/capacity.ts'
import type { Situation } from '../situation.ts'
import type { Subject } from '../subject.ts'

/** Whether the quotas of the namespace have room for what a release runs on top of stable. */
export const quota: Subject = (situation) => {
  const pods = extraPods(situation)
  const needed = needs(situation.stable, pods, situation.plan.strategy !== 'rolling')
  return situation.quotas.filter(appliesToPods).flatMap(({ metadata, spec, status }) =>
    Object.entries(spec?.hard ?? {}).flatMap(([resource, hard]): readonly Finding[] => {
      const need = needed.get(resource.replace(/^count\//, ''))
      const used = quantityOf(status?.used?.[resource] ?? '0')
      if (need === undefined || need === 0 || used + need <= quantityOf(hard)) return []
      return [
        {
          severity: 'error',
          code: 'quota-too-small',
          message:
            `The ResourceQuota ${metadata?.name ?? ''} allows ${hard} of ${resource}, of which ${status?.used?.[resource] ?? '0'} are used; ` +
            `a release needs ${told(resource, need)} more for up to ${pods} pods beside those of stable.`,
        },
      ]
    }),
  )
}

/** Pods at the widest moment: the canary at full size, and stable's own surge while it is promoted. */
const extraPods = ({ stable, plan }: Situation): number => {
  const replicas = stable.spec?.replicas ?? 1
  const most = Math.max(0, ...plan.steps.map(({ weight }) => weight))
  const canary = plan.strategy === 'rolling' ? 0 : replicasFor(most, replicas)
  return canary + surgeOf(stable, replicas)
}

/** A percentage of surge is rounded up (apps/v1, RollingUpdateDeployment). */
const surgeOf = (stable: Deployment, replicas: number): number => {
  if (stable.spec?.strategy?.type === 'Recreate') return 0
  const surge: unknown = stable.spec?.strategy?.rollingUpdate?.maxSurge ?? '25%'
  return typeof surge === 'string' && surge.endsWith('%') ? Math.ceil((replicas * Number.parseInt(surge, 10)) / 100) : Number(surge)
}

const needs = (stable: Deployment, pods: number, beside: boolean): ReadonlyMap<string, number> => {
  const containers = stable.spec?.template.spec?.containers ?? []
  const sum = (kind: 'requests' | 'limits', resource: string): number =>
    pods * containers.reduce((total, { resources }) => total + quantityOf(resources?.[kind]?.[resource] ?? '0'), 0)
  return new Map([
    ['pods', pods],
    ['cpu', sum('requests', 'cpu')],
    ['memory', sum('requests', 'memory')],
    ['requests.cpu', sum('requests', 'cpu')],
    ['requests.memory', sum('requests', 'memory')],
    ['limits.cpu', sum('limits', 'cpu')],
    ['limits.memory', sum('limits', 'memory')],
    ['deployments.apps', beside ? 1 : 0],
    ['services', beside ? 1 : 0],
  ])
}

/** Quotas for some pods only are left alone: which pods they are for is not ours to say. */
const appliesToPods = ({ spec }: ResourceQuota): boolean =>
  spec?.scopeSelector === undefined && (spec?.scopes ?? []).every((scope) => scope === 'NotTerminating' || scope === 'NotBestEffort')

const told = (resource: string, need: number): string =>
  resource.endsWith('memory') ? `${Math.ceil(need / 2 ** 20)}Mi` : String(Number(need.toFixed(3)))
