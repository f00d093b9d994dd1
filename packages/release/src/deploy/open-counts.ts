import { KitError, type Clock } from '@deploy-kit/core'
import { composeSources, probe, sourceHttp, sources, type MetricSource, type SourceContext, type SourceModule } from '@deploy-kit/metrics'
import { sameRelease, type CountSource, type Platform, type Release } from '@deploy-kit/rollout'
import type { TargetContext } from '../kit/context.ts'
import { furtherMetrics } from './judge-options.ts'
import type { DeploySettings, MetricSettings } from './settings.ts'

/** Whether there is anything to judge: a way back to a verified release waits for no source, and fails for none. */
const isJudged = ({ strategy, steps, watchMs }: DeploySettings): boolean =>
  strategy !== 'canary' || watchMs > 0 || steps.some(({ bake }) => bake !== undefined)

/**
 * Everything that the judge hears, as one source: the platform's own counts, or what the configuration names. Nothing is contacted yet.
 * @throws KitError `plan-impossible` when nothing counts the requests: a canary that nobody judges is not a canary; `config-invalid`
 */
export const openCounts = async (
  settings: DeploySettings,
  release: Release,
  { platform, clock, log, secret }: TargetContext,
): Promise<MetricSource> => {
  const { judge, directory } = settings
  if (!isJudged(settings)) return silence(clock)
  const shared = {
    clock,
    log,
    secret,
    directory,
    http: sourceHttp(clock),
    sides: sidesOf(platform, release),
    ...(platform.instances !== undefined && { instances: platform.instances }),
  }
  const open = async (metric: string, judged: MetricSettings | undefined): Promise<CountSource> => {
    if (judged?.source === undefined) return ownCounts(platform, metric)
    const module = (await sources[judged.source.name]()) as SourceModule<unknown>
    return module.open(judged.source.options, { ...shared, metric, kind: judged.kind })
  }
  const further = Object.entries(furtherMetrics(judge))
  return composeSources(
    {
      errors: await open('errors', judge.errors),
      metrics: Object.fromEntries(await Promise.all(further.map(async ([name, judged]) => [name, await open(name, judged)] as const))),
      strata:
        judge.probe === undefined
          ? {}
          : {
              probe: (await probe())(judge.probe, {
                clock,
                secret,
                endpoint: (side, signal) => platform.target.endpoint(side, signal),
              }),
            },
    },
    clock,
  )
}

const silence = (clock: Clock): MetricSource => ({
  check: () => Promise.resolve(),
  read: () => Promise.resolve({ at: clock.now(), canary: undefined, stable: undefined }),
})

const ownCounts = ({ counts, name }: Platform, metric: string): CountSource => {
  if (counts !== undefined) return counts
  throw new KitError(
    'plan-impossible',
    `The platform ${name} has no request counts of its own, and \`judge.${metric}\` names no metric source.`,
    {
      remedy: 'Name one: docs/metric-sources.md has an example for each.',
    },
  )
}

/**
 * What each side runs, by the platform's own word; the canary also before it is there, so that its counters are known to begin at zero. All sources
 * that look at the same time share one answer.
 */
const sidesOf = ({ target }: Platform, release: Release): SourceContext['sides'] => {
  let asking: ReturnType<SourceContext['sides']> | undefined
  const ask: SourceContext['sides'] = async (signal) => {
    const observed = await target.describe(signal)
    const stable = observed.stable?.release
    const canary = observed.canary?.release ?? (sameRelease(stable, release) ? undefined : release)
    return { ...(canary !== undefined && { canary }), ...(stable !== undefined && { stable }) }
  }
  return (signal) => {
    asking ??= ask(signal).finally(() => {
      asking = undefined
    })
    return asking
  }
}
