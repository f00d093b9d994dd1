import { KitError, type Clock } from '@deploy-kit/core'
import { orNone, kinds, mirror, pathOf, type KubeClient, type Mirror } from '../api/index.ts'
import { selectorText } from '../objects/labels.ts'
import type { Event, Pod, Workload } from '../objects/models.ts'
import { failedCreate, replicaFailure } from './readiness/creation-fault.ts'
import type { Fault } from './readiness/fault.ts'
import { newPods } from './readiness/new-pods.ts'
import { notReady, outOfTime } from './readiness/not-ready.ts'
import { podFault } from './readiness/pod-fault.ts'
import { isReady } from './pods.ts'
import { rolloutStatus, wantedReplicas } from './status/index.ts'
import type { WorkloadKind } from './workload-kind.ts'

export interface RolloutWait {
  readonly client: KubeClient
  readonly clock: Clock
  readonly namespace: string
  readonly kind: WorkloadKind
  readonly name: string
  /** The workload as the server answered our last write of it, so that what an earlier release left in its status is not taken for this one's. */
  readonly before: Workload | undefined
  /** Milliseconds after which it is given up. */
  readonly withinMs: number
  /** Milliseconds that a pod may wait for a node. */
  readonly scheduleWithinMs: number
  readonly signal: AbortSignal
}

/** What passes by time alone, such as a grace, is looked at so often. */
const tickMs = 500
/** Events are asked for, not watched: they are many, and tell of refused pods only. */
const eventsEveryMs = 2_000

/**
 * Waits until what the workload's specification says is what runs, by watches. What will not pass by itself ends the wait at once: pods of the
 * present template that crash, whose image cannot be pulled, that cannot be created or find no node.
 * @throws KitError `canary-not-ready` with what happened, the pod and its last log lines; `workload-without-replicas` when there is nothing to be ready
 */
export const awaitRollout = async (wait: RolloutWait): Promise<Workload> => {
  const ended = new AbortController()
  try {
    return await watchUntilWhole(wait, AbortSignal.any([wait.signal, ended.signal]))
  } finally {
    ended.abort()
  }
}

const watchUntilWhole = async (wait: RolloutWait, signal: AbortSignal): Promise<Workload> => {
  const { client, clock, namespace, kind, name, before } = wait
  const deadline = clock.now() + wait.withinMs
  const bell = new Bell()
  const workloads = mirror(
    client.watch<Workload>(pathOf(kinds[kind], namespace), { signal, query: { fieldSelector: `metadata.name=${name}` } }),
    () => bell.ring(),
  )
  const present = newPods(client, namespace, kind)
  const believed = beliefs(clock)
  const refusals = creationFaults(wait)
  let pods: Mirror<Pod> | undefined

  for (;;) {
    const changed = bell.next
    const found = workloads.objects()
    const workload = found?.[0]
    if (found !== undefined && workload === undefined)
      throw new KitError('canary-not-ready', `${kinds[kind].kind} ${name} was removed while it was waited for.`)
    if (workload !== undefined) {
      const status = rolloutStatus(kind, workload, before)
      if (status.done && kind === 'deployment') return refuseEmpty(kind, workload)
      pods ??= mirror(
        client.watch<Pod>(pathOf(kinds.pod, namespace), {
          signal,
          query: { labelSelector: selectorText(workload.spec?.selector ?? {}) },
        }),
        () => bell.ring(),
      )
      const ofTemplate = await present(workload, pods.objects() ?? [], signal)
      // The other kinds count pods that are on their way out; kubectl is content with them.
      if (status.done && ofTemplate.filter(isReady).length >= due(kind, workload)) return refuseEmpty(kind, workload)
      const faults = [
        ...ofTemplate.map((pod) => ({ pod, fault: podFault(pod, wait) })),
        { pod: undefined, fault: await refusals(workload, ofTemplate, signal) },
      ]
      const certain = faults.find(({ pod, fault }) => fault !== undefined && believed(fault, pod === undefined ? ofTemplate.length : 0))
      if (certain?.fault !== undefined) throw await notReady(client, name, certain.fault, certain.pod, signal)
      if (status.failed || clock.now() >= deadline) throw await outOfTime(client, status, wait, ofTemplate, signal)
    } else if (clock.now() >= deadline) throw new KitError('canary-not-ready', `${kinds[kind].kind} ${name} could not be watched in time.`)
    await Promise.race([changed, clock.sleep(tickMs, signal), workloads.failed, ...(pods === undefined ? [] : [pods.failed])])
  }
}

/** Pods of the present template that there will be in the end. */
const due = (kind: WorkloadKind, workload: Workload): number => {
  const { updateStrategy } = workload.spec as { readonly updateStrategy?: { readonly rollingUpdate?: { readonly partition?: number } } }
  return Math.max(0, (wantedReplicas(kind, workload) ?? 0) - (updateStrategy?.rollingUpdate?.partition ?? 0))
}

/** Nothing that runs proves nothing. */
const refuseEmpty = (kind: WorkloadKind, workload: Workload): Workload => {
  if (wantedReplicas(kind, workload) !== 0) return workload
  const name = `${kinds[kind].kind} ${workload.metadata?.name ?? ''}`
  throw new KitError(
    'workload-without-replicas',
    kind === 'daemonSet' ? `${name} is wanted on no node.` : `${name} is scaled to 0 replicas, so nothing of it can become ready.`,
  )
}

/** Believes a fault when it has lasted for its grace, and nothing went forward meanwhile. */
const beliefs = (clock: Clock): ((fault: Fault, progress: number) => boolean) => {
  const since = new Map<string, number>()
  return ({ object, reason, graceMs }, progress) => {
    const key = `${object}/${reason}/${progress}`
    const first = since.get(key) ?? clock.now()
    since.set(key, first)
    return clock.now() - first >= graceMs
  }
}

/** Why pods are not even made, where some are missing. */
const creationFaults = ({ client, clock, namespace, kind, name }: RolloutWait) => {
  const begun = client.now() ?? clock.now()
  let askedAt = -Infinity
  let last: Fault | undefined
  return async (workload: Workload, ofTemplate: readonly Pod[], signal: AbortSignal): Promise<Fault | undefined> => {
    if (ofTemplate.length >= (wantedReplicas(kind, workload) ?? 1)) return undefined
    if (kind === 'deployment') return replicaFailure(workload)
    if (clock.now() - askedAt < eventsEveryMs) return last
    askedAt = clock.now()
    const query = { fieldSelector: `involvedObject.name=${name},involvedObject.kind=${kinds[kind].kind},reason=FailedCreate` }
    const { items } = await orNone(client.list<Event>(pathOf(kinds.event, namespace), { signal, query }), { items: [] })
    // The server's clock and its events are whole seconds.
    last = failedCreate(`${kinds[kind].kind.toLowerCase()} ${name}`, items, begun - 1_000)
    return last
  }
}

/** What waits for a change takes `next` before it looks, so that none is missed in between. */
class Bell {
  #ring: () => void = () => undefined
  next = this.#renewed()

  ring(): void {
    const ring = this.#ring
    this.next = this.#renewed()
    ring()
  }

  #renewed(): Promise<void> {
    return new Promise((resolve) => {
      this.#ring = resolve
    })
  }
}
