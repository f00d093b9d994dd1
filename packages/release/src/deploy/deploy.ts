import { KitError, type Json } from '@deploy-kit/core'
import type { History, Spread } from '@deploy-kit/judge'
import type { MetricSource } from '@deploy-kit/metrics'
import {
  describePlan,
  holdLease,
  intentOf,
  makePlan,
  refuseForeignWriter,
  resume,
  runRollout,
  sameRelease,
  startOf,
  type HeldLease,
  type LoggedEvent,
  type ObjectChange,
  type Plan,
  type RecentCounts,
  type Release,
  type SavedRollout,
  type Target,
  type TargetState,
  type Terminal,
} from '@deploy-kit/rollout'
import type { TargetContext } from '../kit/context.ts'
import { changeLines, extents } from '../report/changes.ts'
import { lastClumps } from '../records/last-clumps.ts'
import { recordEnd } from '../records/record-end.ts'
import { clearApprovals } from './approver.ts'
import { clumpsIn, objectionTo } from './analyst.ts'
import { judgeOptions, judgingOf } from './judge-options.ts'
import { openCounts } from './open-counts.ts'
import { observeTraffic, outlookFor, trafficOf } from './outlook.ts'
import { portsForRelease, portsForReturn } from './ports.ts'
import { preflight } from './preflight.ts'
import { recover, type Resumable } from './recover.ts'
import type { DeployReport } from './report.ts'
import type { DeploySettings } from './settings.ts'
import { loadSuite } from './smoke-gate.ts'

export interface DeployRequest {
  readonly settings: DeploySettings
  readonly release: Release
  readonly dryRun: boolean
  readonly kind: 'release' | 'rollback'
  /** Why it is done, for the record of a rollback. */
  readonly reason?: string
}

/**
 * Releases a version: recovers what an earlier run left, plans, shows the plan, takes the lease, and carries the rollout
 * to its end. A version that serves already is left alone.
 * @throws KitError before anything is touched for what is wrong with the request; later for a way back that could not be finished
 */
export const deploy = async (given: DeployRequest, context: TargetContext): Promise<DeployReport> => {
  const request = given.kind === 'rollback' ? given : { ...given, release: await completed(given.release, context) }
  const counts = await openCounts(request.settings, request.release, context)
  try {
    return await deployHearing(counts, request, context)
  } finally {
    await counts.close?.()
  }
}

const deployHearing = async (counts: MetricSource, request: DeployRequest, context: TargetContext): Promise<DeployReport> => {
  const { platform, clock, log, signal } = context
  const { release } = request
  const startedAt = clock.now()
  const events: LoggedEvent[] = []
  const suite = await loadSuite(request.settings.smoke)
  const resumable = request.dryRun
    ? undefined
    : await recover({
        ...context,
        ports: portsForReturn(context),
        release,
        onNewer: request.settings.onNewer,
        objectionTo: ({ judge, plan: { steps } }) => objectionTo(judge, judgeOptions({ ...request.settings, steps })),
        ended: (lease, end) => recordEnd(lease, end, context),
      })
  const observed = await platform.target.describe(signal)
  const report = {
    app: request.settings.app,
    environment: request.settings.environment,
    kind: request.kind,
    release,
    replaced: observed.stable?.release,
    startedAt,
    events,
  }
  if (resumable === undefined && sameRelease(observed.stable?.release, release)) {
    log.info(`${release.digest} already serves ${report.app} in ${report.environment}.`)
    return { ...report, end: { phase: 'unchanged' }, plan: undefined, changes: [], weight: observed.weight, endedAt: clock.now() }
  }
  // What is carried on keeps its plan, whatever the inputs say by now.
  const plan = resumable?.saved.plan ?? planFor(request, observed, platform.target)
  // The judge knows the steps that are taken: those of a canary are not those of a switch.
  const settings = { ...request.settings, steps: plan.steps }
  for (const line of describePlan(plan)) log.info(line)
  const changes = resumable === undefined ? await showChanges(plan, context) : []
  const spread = await lastClumps(context)
  const recent = await showOutlook(plan, settings, counts, spread, context)
  if (request.dryRun) return { ...report, end: { phase: 'planned' }, plan, changes, weight: observed.weight, endedAt: clock.now() }

  const history = historyOf(recent, spread)
  if (resumable !== undefined) refuseForeignWriter(resumable.intent, observed)
  const start = resumable === undefined ? startOf(plan, clock.now()) : carriedOn(resumable, observed, clock.now())
  context.aboutToChange()
  // Nobody can approve while no lease is held, so none is lost; and a failure here leaves no lease behind that beats on.
  if (resumable === undefined) await clearApprovals(platform.documents, signal)
  const lease = await hold(start, resumable, settings, context)
  // The first read only sets the mark from which the judge counts.
  await counts.read(signal).catch(() => undefined)
  const ports = portsForRelease(settings, suite, counts, history, context, (event) => {
    events.push(event)
    context.events(event)
  })
  const onEnd = (end: Terminal): Promise<void> =>
    recordEnd({ holder: context.run, state: start as unknown as Json }, end, context, {
      evidence: events.findLast((logged) => logged.evidence !== undefined)?.evidence,
      reason: request.reason,
      clumps: clumpsIn(ports.analyst.state()),
    })
  const end = await runRollout(start, lease, ports, { signal, onCancel: settings.onCancel, freezeForMs: settings.freezeForMs, onEnd })
  return { ...report, end, plan, changes, weight: events.at(-1)?.weight ?? 0, endedAt: clock.now() }
}

/** What the judge is told of stable's past. A rollout that is carried on has it in its saved state. */
const historyOf = (recent: RecentCounts | undefined, spread: Spread | undefined): History | undefined =>
  recent === undefined && spread === undefined
    ? undefined
    : {
        requests: recent?.requests ?? 0,
        failures: recent?.failures ?? 0,
        halves: recent?.halves?.map(([first, second]) => ({ first, second })),
        intervals: recent?.intervals,
        spread,
      }

/** Looks for what stands against the plan, and shows what it changes beside the traffic. */
const showChanges = async (plan: Plan, { platform, log, signal }: TargetContext): Promise<readonly ObjectChange[]> => {
  await preflight(plan, platform, log, signal)
  const changes = (await platform.changes?.(plan, signal)) ?? []
  for (const line of changeLines(changes, extents.log)) log.info(line)
  return changes
}

/** Says before anything is touched how long it will take, and warns where the time allowed cannot suffice. Returns what stable did before. */
const showOutlook = async (
  plan: Plan,
  settings: DeploySettings,
  counts: MetricSource,
  spread: Spread | undefined,
  { clock, log, signal }: TargetContext,
): Promise<RecentCounts | undefined> => {
  await counts.check(signal)
  if (plan.replaces === undefined || (plan.watchMs === 0 && plan.steps.every((step) => step.bake === undefined))) return undefined
  const recent = await observeTraffic(counts, clock, plan.pollMs, signal)
  const judging = judgingOf(settings)
  if (recent === undefined && judging.probesPerSecond === 0) {
    if (settings.judge.errors?.source === undefined)
      log.warning('No traffic was seen. Without requests there is no evidence, and no step can pass on its own.')
    else log.info(`How long it will take is not known before: ${settings.judge.errors.source.name} has not counted requests of stable yet.`)
    return undefined
  }
  const knowing = { ...judging, options: { ...judging.options, history: historyOf(recent, spread) } }
  const outlook = outlookFor(plan, trafficOf(recent), knowing)
  for (const line of outlook.lines) log.info(line)
  for (const warning of outlook.warnings) log.warning(warning)
  return recent
}

/** What is released anew gets what the platform adds to its configuration; what comes back from the records has it already. */
const completed = async (release: Release, { platform, signal }: TargetContext): Promise<Release> =>
  (await platform.complete?.(release, signal)) ?? release

const planFor = ({ settings, release, kind }: DeployRequest, observed: TargetState, { inPlace }: Target): Plan =>
  makePlan({
    ...settings,
    // Whoever returns to a release chooses no strategy; where only one is possible it is that.
    strategy: kind === 'rollback' && inPlace?.only === true ? 'rolling' : settings.strategy,
    kind,
    release,
    replaces: observed.stable?.release,
    smoke: settings.smoke !== undefined,
    inPlace,
  })

/** Where to go on: reality wins over what was stored, and the time of the deadline begins anew. */
const carriedOn = ({ saved }: Resumable, observed: TargetState, now: number): SavedRollout => ({
  ...saved,
  state: resume(saved.plan, saved.state, observed),
  startedAt: now,
  weight: observed.weight,
})

const hold = (
  start: SavedRollout,
  resumable: Resumable | undefined,
  settings: DeploySettings,
  context: TargetContext,
): Promise<HeldLease> =>
  holdLease({
    documents: context.platform.documents,
    run: context.run,
    ttlMs: settings.leaseTtlMs,
    intent: intentOf(start.plan, start.state, { type: 'start' }, start.weight),
    state: start as unknown as Json,
    replaces: resumable?.version,
    clock: context.clock,
    log: context.log,
  }).catch((error: unknown) => {
    if (!(error instanceof KitError) || error.code !== 'document-conflict') throw error
    throw new KitError('lease-held', 'Another run took the lease at the same moment.', { cause: error })
  })
