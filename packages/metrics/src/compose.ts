import { asKitError, KitError, type Clock } from '@deploy-kit/core'
import type { Counts, CountSource, MetricCounts } from '@deploy-kit/rollout'
import type { MetricSource } from './source.ts'

/** Where each metric of a release comes from. */
export interface MetricSources {
  /** Failures of the requests themselves. */
  readonly errors: MetricSource
  /** Further metrics, by the names that the judge knows them by. */
  readonly metrics: Readonly<Record<string, CountSource>>
  /** Requests of another kind, compared only among themselves. */
  readonly strata: Readonly<Record<string, CountSource>>
}

type Role = keyof MetricSources

interface Part {
  readonly role: Role
  readonly name: string
  readonly source: MetricSource
}

/**
 * Several sources as one. All are read at each look. What one of them cannot tell is missing from the counts and named in `unread`, and comes with
 * a later look; the others are heard meanwhile. A source that is opened twice must have its own cursor: nothing here is shared.
 *
 * @throws KitError when none of them can be read; from `check`, for the first that is not as it should be, with a line for each other one
 */
export const composeSources = ({ errors, metrics, strata }: MetricSources, clock: Clock): MetricSource => {
  const parts = [...named('errors', { errors }), ...named('metrics', metrics), ...named('strata', strata)]

  return {
    check: async (signal) => {
      const faults = await Promise.all(parts.map(({ name, source }) => outcome(name, source.check(signal))))
      signal.throwIfAborted()
      const [first, ...others] = faults.flatMap((fault) => ('error' in fault ? [fault.error] : []))
      if (first === undefined) return
      const more = others.map(({ message, remedy }) => `\n  ${message} ${remedy}`).join('')
      throw more === '' ? first : new KitError(first.code, `${first.message}${more}`, { remedy: first.remedy, cause: first.cause })
    },
    read: async (signal) => {
      const read = await Promise.all(parts.map(async (part) => ({ ...part, ...(await outcome(part.name, part.source.read(signal))) })))
      signal.throwIfAborted()
      const unread = read.flatMap((part) => ('error' in part ? [part.error] : []))
      if (unread.length === parts.length) throw unread[0] ?? new KitError('internal-error', 'there is no source')
      const of = (role: Role): (readonly [string, MetricCounts])[] =>
        read.flatMap((part) => (part.role === role && 'value' in part ? [[part.name, metricOf(part.value)] as const] : []))
      const main = of('errors')[0]?.[1] ?? { canary: undefined, stable: undefined }
      const [halves] = read.flatMap((part) => (part.role === 'errors' && 'value' in part ? [part.value.halves] : []))
      const further = of('metrics')
      const layers = of('strata').map(([, counts]) => counts)
      const begins = read.flatMap((part) => ('value' in part && part.value.from !== undefined ? [part.value.from] : []))
      return {
        // Each source has an end of its own; what each look adds is told apart by the time of the look.
        at: clock.now(),
        ...(begins.length > 0 && { from: Math.min(...begins) }),
        ...main,
        ...(halves !== undefined && { halves }),
        ...(further.length > 0 && { metrics: Object.fromEntries(further) }),
        ...(layers.length > 0 && { strata: layers }),
        ...(unread.length > 0 && { unread }),
      }
    },
    ...(errors.recent !== undefined && { recent: async (signal) => errors.recent?.(signal) }),
    close: async () => {
      await Promise.all(parts.map(async ({ source }) => source.close?.()))
    },
  }
}

const named = (role: Role, sources: Readonly<Record<string, CountSource>>): Part[] =>
  Object.entries(sources).map(([name, source]) => ({ role, name, source }))

const metricOf = ({ canary, stable, boundaries, gauge }: Counts): MetricCounts => ({
  canary,
  stable,
  ...(boundaries !== undefined && { boundaries }),
  ...(gauge !== undefined && { gauge }),
})

type Outcome<T> = { readonly value: T } | { readonly error: KitError }

const outcome = async <T>(name: string, work: Promise<T>): Promise<Outcome<T>> => {
  try {
    return { value: await work }
  } catch (thrown) {
    const error = asKitError(thrown)
    return { error: new KitError(error.code, `${name}: ${error.message}`, { remedy: error.remedy, cause: error.cause }) }
  }
}
