import type { Sides, SourceContext } from '../source.ts'
import type { Template } from '../template.ts'
import type { Ask } from './api.ts'
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
}

export const createReader = (server: PrometheusServer, ask: Ask, { clock }: SourceContext): Reader => {
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
          samples: await ask(selection.query, at, signal),
        })),
      ),
  }
}
