import { setTimeout as delay } from 'node:timers/promises'
import type { Shop } from '../../test/kubernetes/stage/shop.ts'

/** A time in which somebody had to wait for pods, in milliseconds since the epoch. */
export interface Wait {
  readonly from: number
  readonly to: number
}

/** Looks at the Deployments of a shop ten times a second, not through any proxy, and keeps the times in which one of them was not what it should be. */
export const unready = (shop: Shop): { stop(): Promise<readonly Wait[]> } => {
  const stopped = new AbortController()
  const waits: Wait[] = []
  const looking = (async () => {
    let since: number | undefined
    while (!stopped.signal.aborted) {
      const at = Date.now()
      const deployments = await Promise.all([shop.deployment(), shop.deployment('web-canary')])
      const waiting = deployments.some((deployment) => {
        const { spec, status, metadata } = deployment ?? {}
        if (spec === undefined || metadata?.deletionTimestamp !== undefined) return false
        const wanted = spec.replicas ?? 1
        return (
          (status?.observedGeneration ?? 0) < (metadata?.generation ?? 0) ||
          (status?.updatedReplicas ?? 0) < wanted ||
          (status?.availableReplicas ?? 0) < wanted ||
          (status?.replicas ?? 0) > wanted
        )
      })
      if (waiting) since ??= at
      else if (since !== undefined) {
        waits.push({ from: since, to: at })
        since = undefined
      }
      await delay(100)
    }
    if (since !== undefined) waits.push({ from: since, to: Date.now() })
  })()
  return {
    stop: async () => {
      stopped.abort()
      await looking
      return waits
    },
  }
}
