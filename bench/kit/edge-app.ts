import { silentLogger, systemClock } from '@deploy-kit/core'
import { platforms } from '@deploy-kit/platforms'
import { resolveImage } from '@deploy-kit/release'
import { holdLease, type Release, type Target } from '@deploy-kit/rollout'

/** An app at an edge under a lease of the benchmark's own: the first version is stable, the second its canary. */
export interface EdgeApp extends AsyncDisposable {
  readonly target: Target
  /** Path of the app in the admin API, and the name of its holder there. */
  readonly path: string
  readonly holder: string
}

/** Puts two versions in place without any rollout. @throws KitError what the edge refuses */
export const startEdgeApp = async (
  admin: string,
  app: string,
  stable: { readonly directory: string },
  canary: { readonly directory: string },
): Promise<EdgeApp> => {
  const environment = 'bench'
  const run = { id: `bench/${app}`, attempt: 1 }
  const { open } = await platforms.local()
  const { target, documents } = await open(
    { admin, replicas: 1, readiness: '/healthz', 'ready-within': '30s', 'keep-old-for': '1s' },
    { app, environment, holder: run, log: silentLogger, clock: systemClock },
  )
  const [first, second] = await Promise.all([releaseIn(stable.directory), releaseIn(canary.directory)])
  const lease = await holdLease({
    documents,
    run,
    ttlMs: 600_000,
    intent: { safe: 'stable', weight: { last: 0, next: 0 }, from: first.digest, to: second.digest, doing: 'being measured' },
    state: null,
    replaces: undefined,
    clock: systemClock,
    log: silentLogger,
  })
  const { signal } = new AbortController()
  await target.prepare(first, signal)
  await target.promote(signal)
  await target.prepare(second, signal)
  return {
    target,
    path: `/v1/apps/${app}.${environment}`,
    holder: `${run.id}#${run.attempt}`,
    [Symbol.asyncDispose]: () => lease.leave(),
  }
}

const releaseIn = async (directory: string): Promise<Release> => ({
  ...(await resolveImage(directory, undefined, '.')),
  environment: {},
  configuration: 'bench',
})
