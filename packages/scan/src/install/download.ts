import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { KitError, messageOf } from '@deploy-kit/core'

/** A server that does not have a file, as against one that cannot be asked. */
export class NotThere extends Error {}

const tries = 3

/**
 * Fetches a file. A released archive is some 50 MB, so it goes to the disk as it comes.
 * @throws NotThere for a 404 or 410; KitError `trivy-install-failed` when it cannot be had
 */
export const download = async (url: string, path: string, timeoutMs: number, signal: AbortSignal): Promise<void> => {
  let last: unknown
  for (let attempt = 1; attempt <= tries; attempt += 1) {
    try {
      const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]) })
      if (response.status === 404 || response.status === 410) throw new NotThere(`${url}: status ${response.status}`)
      if (!response.ok || response.body === null) throw new Error(`status ${response.status}`)
      await pipeline(response.body, createWriteStream(path))
      return
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof NotThere) throw error
      last = error
    }
  }
  throw new KitError('trivy-install-failed', `${url} was tried ${tries} times without success: ${messageOf(last)}`, { cause: last })
}

/** SHA-256 of a file in hexadecimal digits; undefined when there is no such file. */
export const sha256Of = async (path: string): Promise<string | undefined> => {
  const hash = createHash('sha256')
  try {
    await pipeline(createReadStream(path), hash)
    return hash.digest('hex')
  } catch {
    return undefined
  }
}
