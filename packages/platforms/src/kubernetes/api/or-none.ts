import { KitError } from '@deploy-kit/core'

/** What this user may not see, or the cluster does not have, is as if it were not there; that he may not is a finding of its own. */
export const orNone = async <T, N>(work: Promise<T>, none: N): Promise<T | N> =>
  work.catch((error: unknown) => {
    if (error instanceof KitError && (error.code === 'cluster-forbidden' || error.code === 'cluster-object-missing')) return none
    throw error
  })
