import { KitError } from '@deploy-kit/core'
import { unlessForbidden, overConflicts, kinds, pathOf } from '../api/index.ts'
import type { Cluster } from '../cluster.ts'
import type { HorizontalPodAutoscaler } from '../objects/models.ts'
import { ownerOf } from '../objects/owner-of.ts'
import { autoscalersOf } from './autoscalers.ts'
import { hold, isHeld, letGo, wantsFewer, type AutoscalerPatch } from './held.ts'

/**
 * Keeps the autoscalers of stable from shrinking it while the canary has its traffic: an idle stable would be no side to return to. What an autoscaler
 * was before stands in an annotation of it, written with the same request, so whoever comes after a run that died can let it go
 * (docs/adr/0015-autoscalers-are-held.md).
 */
export interface ScaleDown {
  /** Before the canary gets traffic. Done again it changes nothing. */
  hold(signal: AbortSignal): Promise<void>
  /**
   * After stable has its traffic back. An autoscaler that still sees what it saw without traffic is let go once it sees more, or after a minute: it may be
   * right. An abort ends that wait, and lets it go.
   */
  letGo(signal: AbortSignal): Promise<void>
}

/** Two intervals of the autoscaler's own look (15 s) and two of the usual metrics (15 s). */
const seesWithinMs = 60_000
const pollMs = 1_000
const never = new AbortController().signal

export const scaleDown = (cluster: Cluster): ScaleDown => {
  const { client, namespace, options, clock, log } = cluster
  /** Whether there is nothing to be held or let go, as far as this run knows. */
  let none = false

  const all = async (): Promise<readonly HorizontalPodAutoscaler[]> => {
    const found = (await autoscalersOf(cluster, never).catch(unlessForbidden)) ?? []
    none = found.length === 0
    return found
  }
  /** Whether an autoscaler, just read, was changed: one that is gone by now was not. */
  const change = (
    autoscaler: HorizontalPodAutoscaler,
    changed: (now: HorizontalPodAutoscaler) => AutoscalerPatch | undefined,
  ): Promise<boolean> => {
    const path = pathOf(kinds.autoscaler, namespace, autoscaler.metadata?.name)
    let fresh: HorizontalPodAutoscaler | undefined = autoscaler
    return overConflicts(async () => {
      const now = fresh ?? (await all()).find(({ metadata }) => metadata?.name === autoscaler.metadata?.name)
      fresh = undefined
      const patch = now && changed(now)
      if (patch === undefined) return false
      return client.patch(path, patch, { type: 'merge-patch', signal: never }).then(() => true, unlessGone)
    })
  }
  const stillSeesNothing = async (): Promise<boolean> => (await all()).some((each) => isHeld(each) && wantsFewer(each))

  return {
    hold: async (signal) => {
      if (none) return
      signal.throwIfAborted()
      for (const autoscaler of await all()) {
        if (whyNotHeld(autoscaler, options) !== undefined) continue
        const name = autoscaler.metadata?.name ?? ''
        const held = await change(autoscaler, hold).catch((error: unknown) => {
          unlessForbidden(error)
          log.warning(`The HorizontalPodAutoscaler ${name} may shrink stable while the canary serves: this user may not change it.`)
          return false
        })
        if (held) log.info(`The HorizontalPodAutoscaler ${name} may add replicas and take none away until the release has ended.`)
      }
    },
    letGo: async (signal) => {
      if (none || !(await all()).some(isHeld)) return
      const deadline = clock.now() + seesWithinMs
      while (!signal.aborted && clock.now() < deadline && (await stillSeesNothing()))
        await clock.sleep(pollMs, signal).catch(() => undefined)
      for (const autoscaler of await all()) {
        const name = autoscaler.metadata?.name ?? ''
        if (await change(autoscaler, letGo)) log.info(`The HorizontalPodAutoscaler ${name} is what it was before the release.`)
      }
    },
  }
}

/** Who would undo the change, or make it useless; undefined for an autoscaler that can be held. */
export const whyNotHeld = (
  autoscaler: HorizontalPodAutoscaler,
  options: Pick<Cluster['options'], 'managed-elsewhere' | 'helm'>,
): { readonly by: string; readonly remedy: string } | undefined => {
  const scaled = autoscaler.metadata?.ownerReferences?.find(({ kind }) => kind === 'ScaledObject')
  if (scaled !== undefined)
    return {
      by: `the KEDA ScaledObject ${scaled.name}`,
      remedy:
        'Pause it for the time of a release with its annotation autoscaling.keda.sh/paused-scale-in: "true", or set its `minReplicaCount` to what the traffic needs.',
    }
  const owner = ownerOf({ kind: kinds.autoscaler.kind, apiVersion: kinds.autoscaler.apiVersion, ...autoscaler }, options)
  // Helm writes when somebody runs it, and then the fields of its chart.
  if (owner === undefined || owner.kind === 'helm' || options['managed-elsewhere'] === 'accept') return undefined
  return { by: owner.name, remedy: `${owner.remedy} Then set \`managed-elsewhere: accept\` in the platform of the environment.` }
}

const unlessGone = (error: unknown): false => {
  if (error instanceof KitError && error.code === 'cluster-object-missing') return false
  throw error
}
