import type { KubeObject } from '../api/index.ts'

const serverOwned = new Set(['uid', 'resourceVersion', 'generation', 'creationTimestamp', 'managedFields', 'selfLink', 'ownerReferences'])
const byOthers = new Set(['kubectl.kubernetes.io/last-applied-configuration', 'deprecated.daemonset.template.generation'])

/** An object without what the server or a controller writes into it: files that were taken from a cluster hold it. */
export const stripped = <T extends KubeObject>(object: T): T => {
  const { status: _, ...rest } = object as T & { readonly status?: unknown }
  const { annotations, ...metadata } = Object.fromEntries(Object.entries(object.metadata ?? {}).filter(([key]) => !serverOwned.has(key)))
  const kept = Object.entries((annotations ?? {}) as object).filter(
    ([key]) => !byOthers.has(key) && !key.startsWith('deployment.kubernetes.io/'),
  )
  return { ...rest, metadata: { ...metadata, ...(kept.length > 0 && { annotations: Object.fromEntries(kept) }) } } as unknown as T
}
