import type { Sides, SourceContext } from '../source.ts'
import type { Template } from '../template.ts'
import type { PrometheusApi, Range } from './api.ts'
import type { Selected } from './counters.ts'
import type { PrometheusServer } from './options.ts'
import { selections } from './selections.ts'

const defaultLagMs = 2_000

/** Reads queries at one moment for both sides. */
export interface Reader {
  /** The moment to read at, in milliseconds since the epoch: a little ago, so that what is read no longer changes. */
  moment(): number
  /** Notes the end of the interval that was read, which never goes back. */
  reached(at: number): number
  select(template: Template, sides: Sides, at: number, signal: AbortSignal): Promise<readonly Selected[]>
  /** The same at each moment of a range, from the first to the last. */
  selectOver(template: Template, sides: Sides, range: Range, signal: AbortSignal): Promise<readonly (readonly Selected[])[]>
}

export const createReader = (server: PrometheusServer, api: PrometheusApi, { clock }: SourceContext): Reader => {
  let end = 0
  return {
    moment: () => clock.now() - (server.lag ?? defaultLagMs),
    reached: (at) => {
      end = Math.max(end, at)
      return end
    },
    select: (template, sides, at, signal) =>
      Promise.all(
        selections(template, server['side-label'], sides).map(async (selection) => ({
          selection,
          samples: await api.at(selection.query, at, signal),
        })),
      ),
    selectOver: async (template, sides, range, signal) => {
      const all = await Promise.all(
        selections(template, server['side-label'], sides).map(async (selection) => ({
          selection,
          moments: await api.over(selection.query, range, signal),
        })),
      )
      const { from, until, stepMs } = range
      return Array.from({ length: Math.floor((until - from) / stepMs) + 1 }, (_, k) =>
        all.map(({ selection, moments }) => ({ selection, samples: moments.get(from + k * stepMs) ?? [] })),
      )
    },
  }
}
