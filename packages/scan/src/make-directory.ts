import { mkdir } from 'node:fs/promises'
import { KitError, messageOf } from '@deploy-kit/core'

/** What makes of a failed write to a directory an error that names it. */
export const unwritable =
  (directory: string) =>
  (error: unknown): never => {
    throw new KitError('scan-directory-unwritable', `\`${directory}\` cannot be written to: ${messageOf(error)}`, { cause: error })
  }

/** Makes a directory where there is none. @throws KitError `scan-directory-unwritable` */
export const makeDirectory = async (directory: string): Promise<void> => {
  await mkdir(directory, { recursive: true }).catch(unwritable(directory))
}
