import { silentLogger, systemClock, type Json } from '@deploy-kit/core'
import { platformOptions, platforms } from '@deploy-kit/platforms'
import { releaseOf } from '@deploy-kit/release'
import { leaseDocument, type Lease } from '@deploy-kit/rollout'

export interface Seed {
  readonly admin: string
  readonly environment: string
  readonly image: string
  readonly digest: string
  readonly version: string
}

/**
 * Makes a version serve, to begin a story with: by the platform's own means and without a process of its own, since
 * most stories begin so.
 */
export const seed = async ({ admin, environment, ...image }: Seed): Promise<void> => {
  const { open } = await platforms.local()
  const options = (await platformOptions.local()).parse({ admin })
  const holder = { id: 'seed', attempt: 1 }
  const release = releaseOf({ ...image, commit: undefined, variables: {} })
  const { target, documents } = await open(options, { app: 'shop', environment, holder, log: silentLogger, clock: systemClock })
  const intent = { safe: 'stable', weight: { last: 0, next: 0 }, from: undefined, to: release.digest, doing: 'a story begins' } as const
  const lease: Lease = { holder, acquiredAt: 0, ttlMs: 30_000, intent, state: null }
  const { signal } = new AbortController()
  const version = await documents.write(leaseDocument, JSON.parse(JSON.stringify(lease)) as Json, undefined, signal)
  await target.prepare(release, signal)
  await target.promote(signal)
  await documents.remove(leaseDocument, version, signal)
}
