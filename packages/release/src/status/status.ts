import { formatDuration, type Json } from '@deploy-kit/core'
import { leaseDocument, shortDigest, type Lease, type Revision } from '@deploy-kit/rollout'
import type { TargetContext } from '../kit/context.ts'

/** What is in a target now: who serves, with which weight, and who is changing it. */
export interface Status {
  readonly lines: readonly string[]
  readonly json: Json
}

/** Looks, and changes nothing. */
export const statusOf = async ({ target, platform, signal }: TargetContext): Promise<Status> => {
  const state = await platform.target.describe(signal)
  const found = await platform.documents.read(leaseDocument, signal)
  const lease = found?.value as unknown as Lease | undefined
  const lines = [
    `${target.app} in ${target.environment} (${platform.name})`,
    `stable   ${describe(state.stable)}`,
    `canary   ${describe(state.canary)}${state.canary === undefined ? '' : `, ${state.weight} % of the traffic`}`,
    lease === undefined || found === undefined
      ? 'lease    free'
      : `lease    run ${lease.holder.id} (attempt ${lease.holder.attempt}): ${lease.intent.doing}, ${formatDuration(found.ageMs)} ago${found.ageMs > lease.ttlMs ? ', expired' : ''}`,
  ]
  const json = {
    version: 1,
    kind: 'status',
    app: target.app,
    environment: target.environment,
    weight: state.weight,
    stable: view(state.stable),
    canary: view(state.canary),
    lease:
      lease === undefined || found === undefined
        ? null
        : { holder: lease.holder, doing: lease.intent.doing, ageMs: found.ageMs, ttlMs: lease.ttlMs },
  }
  return { lines, json: json as unknown as Json }
}

/** The digest that serves now, '' before the first release. */
export const servingNow = async ({ platform, signal }: TargetContext): Promise<string> =>
  (await platform.target.describe(signal)).stable?.release.digest ?? ''

const describe = (revision: Revision | undefined): string =>
  revision === undefined
    ? 'none'
    : `${revision.release.version ?? ''} ${shortDigest(revision.release.digest)}, ${revision.ready}/${revision.replicas} ready`.trim()

const view = (revision: Revision | undefined): Json =>
  revision === undefined
    ? null
    : { digest: revision.release.digest, version: revision.release.version ?? null, replicas: revision.replicas, ready: revision.ready }
