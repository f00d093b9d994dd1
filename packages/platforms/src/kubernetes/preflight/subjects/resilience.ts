import type { ReasonCode } from '@deploy-kit/core'
import type { Finding } from '@deploy-kit/rollout'
import { parseDuration } from '@deploy-kit/core'
import { selects } from '../../objects/labels.ts'
import type { Container, Deployment } from '../../objects/models.ts'
import { calledIn, type Situation } from '../situation.ts'
import type { Subject } from '../subject.ts'

/** What makes a workload survive a release, the loss of a node and the end of a pod without losing requests. */
export const resilience: Subject = (situation) => {
  const { stable } = situation
  const pod = stable.spec?.template.spec
  const containers = pod?.containers ?? []
  const released = containers.find(({ name }) => name === situation.options.container) ?? containers[0]
  return [
    ...replicas(stable),
    ...surge(stable),
    ...(released === undefined ? [] : probe(released)),
    ...containers.flatMap(resources),
    ...spread(stable),
    ...budget(situation),
    ...containers.flatMap((container) => pinned(container, container === released)),
    ...shutdown(situation),
  ]
}

const advice = (code: ReasonCode, message: string, severity: Finding['severity'] = 'advice'): Finding => ({ severity, code, message })

const replicas = (stable: Deployment): readonly Finding[] => {
  // One on each node is as many as there can be.
  if (stable.kind === 'DaemonSet') return []
  const count = stable.spec?.replicas ?? 1
  if (count >= 3 || count === 0) return []
  const one = `${calledIn(stable)} has ${count === 1 ? 'one replica: its end is an outage' : `${count} replicas: when one ends, half of the capacity is gone`}.`
  return [advice('replicas-few', one, count === 1 ? 'warning' : 'advice')]
}

const surge = (stable: Deployment): readonly Finding[] => {
  // The others replace pods in their places: some must be missing.
  if (stable.kind === 'StatefulSet' || stable.kind === 'DaemonSet') return []
  if (stable.spec?.strategy?.type === 'Recreate') return []
  const allowed = stable.spec?.strategy?.rollingUpdate?.maxUnavailable ?? '25%'
  const count = unavailable(allowed, stable.spec?.replicas ?? 1)
  if (count === 0) return []
  return [
    advice('capacity-drops', `${calledIn(stable)} allows ${String(allowed)} of its replicas (${count}) to be missing while it is updated.`),
  ]
}

/** Replicas that a `maxUnavailable` allows to be missing: a percentage is rounded down (apps/v1, RollingUpdateDeployment). */
const unavailable = (allowed: unknown, of: number): number =>
  typeof allowed === 'string' && allowed.endsWith('%') ? Math.floor((of * Number.parseInt(allowed, 10)) / 100) : Number(allowed)

const probe = ({ name, readinessProbe }: Container): readonly Finding[] =>
  readinessProbe === undefined
    ? [advice('readiness-unknown', `The container ${name} has no readiness probe: it gets requests before it can answer them.`, 'warning')]
    : []

const resources = ({ name, resources: { requests, limits } = {} }: Container): readonly Finding[] => {
  const missing = [
    ...(requests?.['cpu'] === undefined ? ['request for CPU'] : []),
    ...(requests?.['memory'] === undefined ? ['request for memory'] : []),
    // A limit of CPU slows a container down without need; one of memory keeps a leak from taking the node.
    ...(limits?.['memory'] === undefined ? ['limit of memory'] : []),
  ]
  return missing.length === 0 ? [] : [advice('resources-unbounded', `The container ${name} has no ${listed(missing)}.`)]
}

const listed = (parts: readonly string[]): string =>
  parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} or ${parts.at(-1) ?? ''}`

const spread = (stable: Deployment): readonly Finding[] => {
  const pod = stable.spec?.template.spec
  const apart = (pod?.topologySpreadConstraints?.length ?? 0) > 0 || pod?.affinity?.podAntiAffinity !== undefined
  if (apart || (stable.spec?.replicas ?? 1) < 2) return []
  return [advice('replicas-together', `Nothing keeps the replicas of ${calledIn(stable)} apart: the loss of one node may take them all.`)]
}

const budget = ({ stable, budgets }: Situation): readonly Finding[] => {
  const labels = stable.spec?.template.metadata?.labels ?? {}
  if (budgets.some(({ spec }) => spec?.selector !== undefined && selects(spec.selector, labels))) return []
  return [
    advice(
      'disruptions-unbounded',
      `No PodDisruptionBudget selects the pods of ${calledIn(stable)}: the drain of nodes may end all of them.`,
    ),
  ]
}

const pinned = ({ name, image = '' }: Container, released: boolean): readonly Finding[] => {
  if (image.includes('@sha256:')) return []
  const message = released
    ? `The container ${name} runs ${image}, which is no digest: what it was when it was good cannot be told, and a way back to it goes by what its pods report.`
    : `The container ${name} runs ${image}, which is no digest: it may change with any restart, in the middle of a release too.`
  return [advice('image-unpinned', message)]
}

const shutdown = ({ stable, options }: Situation): readonly Finding[] => {
  const pod = stable.spec?.template.spec
  const graceMs = (pod?.terminationGracePeriodSeconds ?? 30) * 1_000
  const drainMs = parseDuration(options.drain) ?? 0
  const called = calledIn(stable)
  if (graceMs < drainMs)
    return [
      advice(
        'shutdown-abrupt',
        `${called} has ${graceMs / 1_000} s from the signal to the end of a pod (terminationGracePeriodSeconds), and requests may take ${options.drain} (\`drain\`).`,
        'warning',
      ),
    ]
  // Endpoints are withdrawn while the pod already ends: without a pause the last requests meet a closed port.
  if (pod?.containers.some(({ lifecycle }) => lifecycle?.preStop !== undefined) === true) return []
  return [
    advice(
      'shutdown-abrupt',
      `${called} has no preStop hook: unless its program goes on answering for some seconds after SIGTERM, each update loses requests.`,
    ),
  ]
}
