import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describePlan, type LoggedEvent } from '@deploy-kit/rollout'
import type { Step, StepEnd } from '../runner/step.ts'
import { EventTail } from './event-tail.ts'
import { lookOf } from './look.ts'
import { stepsOf } from './steps.ts'
import type { BuiltVersion, RehearsedRelease } from './result.ts'
import type { Scene } from './scenes.ts'
import type { Screen } from './screen.ts'
import { app, environment, type Stage } from './stage.ts'
import type { Traffic } from './traffic.ts'

interface Play {
  readonly stage: Stage
  readonly scene: Scene
  readonly image: BuiltVersion & { readonly directory: string }
  readonly traffic: Traffic | undefined
  readonly screen: Screen
  /** Milliseconds since the rehearsal began. */
  readonly clock: () => number
  readonly startedAt: number
}

const followMs = 50

/** Plays one release with the real action in a process of its own, and tells what happened from the event log that it wrote. */
export const playRelease = async (play: Play): Promise<RehearsedRelease> => {
  const { stage, scene, image, screen, clock } = play
  const fromMs = clock()
  const tail = new EventTail(join(stage.temporary(scene.name), 'deploy-kit', `${app}-${environment}.events.jsonl`))
  const step = stage.start('deploy-canary', scene.name, { image: image.directory, version: scene.version, 'lease-ttl': '30s' })
  let killed: Killed | undefined
  const ended = follow(step, tail, (event) => {
    screen.event(scene, event, play.traffic?.count())
    if (scene.killAt !== undefined && killed === undefined && isLookAt(event, scene.killAt)) killed = killAndReconcile(play, step)
  })
  const end = await ended
  const home = await killed?.home
  const outputs = home?.outputs ?? end.outputs
  const outcome = killed === undefined ? (end.outputs['outcome'] ?? 'died') : (home?.outcome ?? 'died')
  for (const event of tail.next()) screen.event(scene, event, play.traffic?.count()) // What reconcile logged.
  return {
    name: scene.name,
    title: scene.title,
    version: scene.version,
    digest: image.digest,
    outcome,
    reasonCode: outputs['reason-code'] ?? 'internal-error',
    reason: outputs['reason'] ?? end.log.slice(-500),
    ok: outcome === scene.expected,
    fromMs,
    toMs: clock(),
    ...told(tail.all, play),
    plan: planOf(tail.all),
    ...(home !== undefined && { homeAfterKillMs: home.afterKillMs, homeAfterReconcileMs: home.afterReconcileMs }),
  }
}

/** Hands on each event as it is logged, until the step has ended. */
const follow = async (step: Step, tail: EventTail, hear: (event: LoggedEvent) => void): Promise<StepEnd> => {
  const timer = setInterval(() => tail.next().forEach(hear), followMs)
  const end = await step.ended.finally(() => clearInterval(timer))
  tail.next().forEach(hear)
  return end
}

const isLookAt = ({ event, weight }: LoggedEvent, weightWanted: number): boolean => event.type === 'verdict' && weight === weightWanted

interface Killed {
  readonly home: Promise<{
    readonly outcome: string
    readonly outputs: StepEnd['outputs']
    readonly afterKillMs: number
    readonly afterReconcileMs: number
  }>
}

/** No signal that could be heard, no post: then the rollback job of the same run finds the lease and brings the traffic home. */
const killAndReconcile = ({ stage, scene, screen, clock }: Play, step: Step): Killed => {
  const killedAt = clock()
  step.kill('SIGKILL')
  screen.note(scene, 'killed with SIGKILL: nothing of it runs any more')
  const bringHome = async (): Promise<Awaited<Killed['home']>> => {
    await step.ended
    const reconcileAt = clock()
    const reconcile = stage.start('auto-rollback', scene.name, { mode: 'reconcile' })
    while ((await stage.weight()) !== 0 && clock() - reconcileAt < 20_000) await delay(5)
    const homeAt = clock()
    const { outputs } = await reconcile.ended
    const end = (JSON.parse(outputs['result'] ?? '{}') as { end?: string }).end
    return { outcome: end ?? 'died', outputs, afterKillMs: homeAt - killedAt, afterReconcileMs: homeAt - reconcileAt }
  }
  return { home: bringHome() }
}

/** The story of a release from its event log. */
const told = (
  events: readonly LoggedEvent[],
  { traffic, image, startedAt }: Play,
): Pick<RehearsedRelease, 'weights' | 'looks' | 'steps' | 'exposed' | 'detectedAfterMs'> => {
  const weights = events.filter(({ event }) => event.type === 'weight-set' || event.type === 'promoted')
  const firstTraffic = weights.find(({ weight }) => weight > 0)?.at
  const failed = events.find(({ event }) => event.type === 'verdict' && event.verdict.kind === 'fail')?.at
  return {
    weights: weights.map(({ at, weight, event, phase }) => ({
      atMs: at - startedAt,
      weight: event.type === 'promoted' && phase !== 'returning' ? 100 : weight,
    })),
    looks: events.flatMap((event) => lookOf(event, startedAt)),
    steps: stepsOf(events),
    exposed: traffic?.count().byDigest[image.digest] ?? { answered: 0, failed: 0 },
    ...(failed !== undefined && firstTraffic !== undefined && { detectedAfterMs: failed - firstTraffic }),
  }
}

const planOf = (events: readonly LoggedEvent[]): readonly string[] => {
  const plan = events.find((logged) => logged.plan !== undefined)?.plan
  return plan === undefined ? [] : describePlan(plan)
}
