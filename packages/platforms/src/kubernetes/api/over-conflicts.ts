import { KitError } from '@deploy-kit/core'

const usualTries = 5

/**
 * Reads, decides and writes with the version that was read. A write that meets another writer begins again with what is there now, a few times.
 * @param attempt one try; reads anew each time
 * @throws KitError `cluster-conflict` when somebody else was faster each time
 */
export const overConflicts = async <T>(attempt: () => Promise<T>, tries = usualTries): Promise<T> => {
  for (let count = 1; ; count += 1) {
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof KitError) || error.code !== 'cluster-conflict' || count === tries) throw error
    }
  }
}
