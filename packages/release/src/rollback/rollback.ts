import { KitError } from '@deploy-kit/core'
import { chooseTarget, recordStore, type ReleaseRecord } from '@deploy-kit/records'
import { savedRollout, shortDigest } from '@deploy-kit/rollout'
import { deploy } from '../deploy/deploy.ts'
import type { DeployReport } from '../deploy/report.ts'
import type { DeploySettings, TargetSettings } from '../deploy/settings.ts'
import type { TargetContext } from '../kit/context.ts'
import { endUnderWay, rolloutUnderWay } from './end-under-way.ts'

export interface RollbackRequest {
  /** `last-known-good`, a digest, or the id of a record. */
  readonly to: string
  readonly reason: string
  readonly maxAgeMs: number
  readonly allowUnverified: boolean
  /** Whether releases that only the target's own history knows may be returned to. */
  readonly fromHistory: boolean
  readonly smoke: string | undefined
  readonly deadlineMs: number
  readonly leaseTtlMs: number
  readonly dryRun: boolean
}

/** The releases that a target remembers, newest first. */
export const releasesOf = async ({ platform, signal }: TargetContext): Promise<readonly ReleaseRecord[]> =>
  recordStore(platform.documents).list(signal)

/**
 * Returns to a named release that was verified in this environment: never "one step back", never to one that was just
 * rolled back. The release comes the way a release comes, in one step: prepared, smoke-tested, then everybody at once.
 * Doing it twice changes nothing.
 * @throws KitError from the choice of the target, with the candidates; `lease-held`
 */
export const rollback = async (request: RollbackRequest, context: TargetContext): Promise<DeployReport> => {
  const { platform, signal, clock, log } = context
  const home = await homeFromRollout(request, context)
  if (home !== undefined) return home
  const records = [...(await releasesOf(context)), ...(request.fromHistory ? await remembered(context) : [])]
  const { stable } = await platform.target.describe(signal)
  const { record } = chooseTarget(records, request.to, stable?.release, {
    maxAgeMs: request.maxAgeMs,
    allowUnverified: request.allowUnverified,
    now: clock.now(),
  })
  log.info(`${request.to}: ${record.release.version ?? shortDigest(record.release.digest)}, released ${new Date(record.at).toISOString()}.`)
  return deploy(
    {
      settings: returnSettings(request, context.target),
      release: record.release,
      dryRun: request.dryRun,
      kind: 'rollback',
      reason: request.reason,
    },
    context,
  )
}

/** What the target itself remembers, as records of nothing that deploy-kit has seen. @throws KitError `input-invalid` where it remembers nothing */
const remembered = async ({ platform, run, signal }: TargetContext): Promise<readonly ReleaseRecord[]> => {
  if (platform.history === undefined)
    throw new KitError('input-invalid', `\`from-history\`: the platform ${platform.name} keeps no history of its own.`)
  const found = await platform.history(signal)
  return found.map(({ release, at }, index): ReleaseRecord => ({
    id: `history-${index + 1}`,
    kind: 'adopted',
    release,
    at,
    run,
    outcome: 'promoted',
    verified: {},
  }))
}

/**
 * Where a rollout is under way, the last known good release is the one that it has not replaced yet: ending it is the
 * whole way back. With another target named, it is ended and the rollback goes on.
 */
const homeFromRollout = async (request: RollbackRequest, context: TargetContext): Promise<DeployReport | undefined> => {
  const startedAt = context.clock.now()
  const underWay = await rolloutUnderWay(context)
  if (underWay === undefined) return undefined
  const end = request.dryRun ? undefined : await endUnderWay(context, request.reason)
  const { stable } = await context.platform.target.describe(context.signal)
  const isHome = request.to === 'last-known-good' && stable !== undefined && underWay.value.intent.to !== stable.release.digest
  if (!isHome || (end !== undefined && end.phase !== 'aborted')) return undefined
  if (end === undefined) context.log.info(`The rollout of run ${underWay.value.holder.id} (${underWay.value.intent.doing}) would be ended.`)
  return {
    app: context.target.app,
    environment: context.target.environment,
    kind: 'rollback',
    release: stable.release,
    changes: [],
    replaced: end === undefined ? stable.release : savedRollout(underWay.value)?.plan.release,
    plan: undefined,
    end: { phase: end === undefined ? 'planned' : 'returned' },
    weight: 0,
    startedAt,
    endedAt: context.clock.now(),
    events: [],
  }
}

/** A release that was verified before needs no canary: whoever waits for a rollback waits for nothing else. */
const returnSettings = (request: RollbackRequest, target: TargetSettings): DeploySettings => ({
  ...target,
  variables: {},
  strategy: 'canary',
  steps: [{ weight: 100, bake: undefined, gates: [], approval: false }],
  approvePreview: false,
  judge: {},
  directory: '.',
  ...(request.smoke !== undefined && { smoke: request.smoke }),
  watchMs: 0,
  onInsufficient: 'hold',
  onCancel: 'abort',
  freezeForMs: 0,
  onNewer: 'supersede',
  deadlineMs: request.deadlineMs,
  pollMs: 1_000,
  leaseTtlMs: request.leaseTtlMs,
})

/** @throws KitError `input-missing` when nobody said why */
export const requireReason = (reason: string | undefined): string => {
  if (reason !== undefined && reason.trim() !== '') return reason
  throw new KitError('input-missing', '`reason` is required for `mode: execute`: it goes into the record of the rollback.')
}
