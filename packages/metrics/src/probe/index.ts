import { KitError } from '@deploy-kit/core'
import type { Endpoint, Side, SideCounts } from '@deploy-kit/rollout'
import { filledHeaders } from '../http/headers.ts'
import type { MetricSource, SourceContext } from '../source.ts'
import { openLoop, type Loop } from './open-loop.ts'
import type { ProbeOptions } from './options.ts'

export type { ProbeOptions } from './options.ts'

export interface ProbeContext extends Pick<SourceContext, 'clock' | 'secret'> {
  /** Where a request reaches that side only; undefined when nothing runs there. */
  readonly endpoint: (side: Side, signal: AbortSignal) => Promise<Endpoint | undefined>
}

const sides = ['canary', 'stable'] as const
const defaultTimeoutMs = 5_000

/**
 * Synthetic requests at a fixed rate to each side, whatever the answers: a side that is slow gets no fewer of them. They begin with the first
 * read, which is the mark, and end with `close`. Status 5xx, no answer, and none in time have failed.
 */
export const openProbe = (options: ProbeOptions, { clock, secret, endpoint }: ProbeContext): MetricSource => {
  const { path, 'per-second': perSecond, timeout = defaultTimeoutMs } = options
  const probing = new AbortController()
  const places: Partial<Record<Side, Endpoint>> = {}
  const counted: Partial<Record<Side, { requests: number; failures: number }>> = {}
  let loop: Loop | undefined

  const probe = async (side: Side): Promise<void> => {
    const place = places[side]
    if (place === undefined) return
    const status = await ask(place, options, secret, AbortSignal.any([probing.signal, AbortSignal.timeout(timeout)]))
    // What is cut off by the end of the probing says nothing.
    if (probing.signal.aborted) return
    const before = counted[side] ?? { requests: 0, failures: 0 }
    counted[side] = { requests: before.requests + 1, failures: before.failures + (status === undefined || status >= 500 ? 1 : 0) }
  }

  const locate = async (signal: AbortSignal): Promise<void> => {
    for (const side of sides) {
      const place = await endpoint(side, signal)
      if (place === undefined) delete places[side]
      else places[side] = place
    }
  }

  const taken = (side: Side): SideCounts | undefined => {
    const counts = counted[side]
    delete counted[side]
    return counts
  }

  return {
    check: async (signal) => {
      const place = await endpoint('stable', signal)
      if (place === undefined) return
      const status = await ask(place, options, secret, AbortSignal.any([signal, AbortSignal.timeout(timeout)]))
      signal.throwIfAborted()
      if (status !== undefined && status < 400) return
      throw new KitError(
        'metrics-query-invalid',
        `The probe of ${path} at stable ${status === undefined ? 'got no answer' : `was answered with status ${status}`}.`,
        {
          remedy: 'Name a path that stable answers with a status below 400, and the headers that it wants.',
        },
      )
    },
    read: async (signal) => {
      await locate(signal)
      loop ??= openLoop(
        sides.map((side) => () => probe(side)),
        1_000 / perSecond,
        clock,
        probing.signal,
      )
      return { at: clock.now(), canary: taken('canary'), stable: taken('stable') }
    },
    close: async () => {
      probing.abort(new Error('the probing has ended'))
      await loop?.ended
    },
  }
}

/** A path below an address, which may have one itself. */
const addressOf = (url: string, path: string): URL => new URL(`${url.replace(/\/$/, '')}${path}`)

/** The status of one answer; undefined when there is none. Its body is read, for an answer that breaks off is none. */
const ask = async (
  { url, headers }: Endpoint,
  options: ProbeOptions,
  secret: SourceContext['secret'],
  signal: AbortSignal,
): Promise<number | undefined> => {
  try {
    const response = await fetch(addressOf(url, options.path), {
      headers: { 'user-agent': 'deploy-kit-probe', ...filledHeaders(options.headers, secret), ...headers },
      redirect: 'manual',
      signal,
    })
    await response.arrayBuffer()
    return response.status
  } catch (error) {
    if (error instanceof KitError) throw error
    return undefined
  }
}
