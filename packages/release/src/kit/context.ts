import { join } from 'node:path'
import { KitError, systemClock, type ActionHost, type Clock, type Logger, type RunIdentity } from '@deploy-kit/core'
import type { SecretReference } from '@deploy-kit/metrics'
import { platforms, type PlatformModule } from '@deploy-kit/platforms'
import type { EventSink, Platform } from '@deploy-kit/rollout'
import type { TargetSettings } from '../deploy/settings.ts'
import { allOf, eventFile, eventLog } from '../report/event-file.ts'

/** What every use-case on a target works with. */
export interface TargetContext {
  readonly target: TargetSettings
  readonly platform: Platform
  readonly run: RunIdentity
  readonly clock: Clock
  readonly log: Logger
  readonly signal: AbortSignal
  readonly events: EventSink
  /** The value of an environment variable, masked from here on. @throws KitError `secret-missing` */
  readonly secret: (reference: SecretReference) => string
  /** Called before the first change of the target, so that `post` and the rollback job know that there is one. */
  readonly aboutToChange: () => void
}

/** Key of the state that main leaves for post. */
export const changedTargetState = 'changed-target'

/**
 * Opens a target for a run.
 * @throws KitError `platform-unreachable` when it is used
 */
export const openTarget = async (target: TargetSettings, host: ActionHost, signal: AbortSignal): Promise<TargetContext> => {
  const module = (await platforms[target.platform.name]()) as PlatformModule<unknown>
  const { app, environment } = target
  const platform = await module.open(target.platform.options, { app, environment, holder: host.run, log: host.log, clock: systemClock })
  const file = join(host.temporaryDirectory, 'deploy-kit', `${app}-${environment}.events.jsonl`)
  return {
    target,
    platform,
    run: host.run,
    clock: systemClock,
    log: host.log,
    signal,
    events: allOf(eventFile(file, host.log), eventLog(host.log, systemClock.now())),
    secret: ({ env }) => {
      const value = process.env[env] ?? ''
      if (value === '')
        throw new KitError('secret-missing', `The configuration names the environment variable \`${env}\`, which is not set.`)
      host.secret(value)
      return value
    },
    aboutToChange: () => {
      host.state.save(changedTargetState, JSON.stringify(target))
      host.output('mutated', 'true')
    },
  }
}
