import type { MetricSource } from '@deploy-kit/metrics'
import { ManualClock } from '../fakes/manual-clock.ts'
import { noon, Past, pastWorld } from '../fakes/metric-servers/past.ts'
import type { MetricServer } from '../fakes/metric-servers/server.ts'
import { ratioSourceContract } from './metric-source.ts'

/** The contract of a source of failed-of-total that is asked about closed windows of the past. */
export const pastSourceContract = (
  name: string,
  serve: (past: Past) => MetricServer,
  open: (server: MetricServer, clock: ManualClock) => MetricSource,
  closedAfterMs: number,
): void =>
  ratioSourceContract(name, async () => {
    const past = new Past()
    const clock = new ManualClock(noon)
    const server = await serve(past).open()
    return { source: open(server, clock), world: pastWorld(past, server, clock, closedAfterMs), close: () => server.close() }
  })
