import { KitError, type ActionHost } from '@deploy-kit/core'
import { isVerified } from '@deploy-kit/records'
import { shortDigest, type Release } from '@deploy-kit/rollout'
import { resolveTarget, type ResolvedTarget, type TargetInputs } from '../config/resolve-target.ts'
import { openTarget } from '../kit/context.ts'
import { releasesOf } from '../rollback/rollback.ts'

/**
 * `after: staging` means that the same digest must have been promoted and verified there first.
 * @throws KitError `order-violated`
 */
export const requireGoodBefore = async (
  resolved: ResolvedTarget,
  inputs: TargetInputs,
  release: Release,
  host: ActionHost,
  signal: AbortSignal,
): Promise<void> => {
  const environment = resolved.configured?.after
  if (environment === undefined) return
  const before = await resolveTarget({ ...inputs, environment, edge: undefined }, host.workspace)
  const records = await releasesOf(await openTarget(before.target, host, signal))
  if (records.some((record) => record.release.digest === release.digest && record.outcome === 'promoted' && isVerified(record))) return
  throw new KitError(
    'order-violated',
    `${shortDigest(release.digest)} was not promoted and verified in ${environment}, which \`after\` asks for.`,
  )
}
