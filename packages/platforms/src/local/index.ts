import { parseDuration } from '@deploy-kit/core'
import type { Platform } from '@deploy-kit/rollout'
import type { PlatformContext } from '../platform-module.ts'
import { AdminClient } from './admin-client.ts'
import { localCounts } from './counts.ts'
import { localDocuments } from './documents.ts'
import type { LocalOptions } from './options.ts'
import { holderName } from './protocol.ts'
import { localTarget } from './target.ts'

/** Opens the local platform: an edge on this machine, which `deploy-kit serve` runs. */
export const open = async (options: LocalOptions, { app, environment, holder, clock }: PlatformContext): Promise<Platform> => {
  const name = options.name ?? `${app}.${environment}`
  const path = `/v1/apps/${encodeURIComponent(name)}`
  const admin = new AdminClient(options.admin, holderName(holder))
  const settings = {
    replicas: options.replicas,
    readiness: options.readiness,
    readyWithinMs: parseDuration(options['ready-within']) ?? 0,
    keepOldForMs: parseDuration(options['keep-old-for']) ?? 0,
  }
  return {
    name: 'local',
    target: localTarget({ admin, path, settings, clock }),
    documents: localDocuments(admin, path),
    counts: localCounts(admin, name, clock),
    // One edge stands before all instances and counts for them.
    instances: () => Promise.resolve([new URL('/metrics', options.admin).href]),
  }
}
