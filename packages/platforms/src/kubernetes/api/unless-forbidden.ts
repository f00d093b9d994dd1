import { KitError } from '@deploy-kit/core'

/** Takes a refusal by the role as nothing to be done. */
export const unlessForbidden = (error: unknown): void => {
  if (!(error instanceof KitError) || error.code !== 'cluster-forbidden') throw error
}
