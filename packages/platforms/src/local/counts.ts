import { groupBy, KitError, messageOf, single, type Clock } from '@deploy-kit/core'
import { bucketBoundary, CounterDeltas, Dealer, parseExposition, perBucket, type Increase, type Sample } from '@deploy-kit/metrics'
import type { Counts, CountSource, HalfCounts, Side, SideCounts } from '@deploy-kit/rollout'
import type { AdminClient } from './admin-client.ts'
import { series } from './protocol.ts'

/** Two tries: a scrape that is late is worth nothing. */
const scrapePolicy = { ...single, retries: 1, timeoutMs: 3_000 }

/**
 * Counts of the two sides from the edge's own metrics. One scrape says both what each version has answered and which
 * side it is on, so a promotion in between mixes nothing up.
 */
export const localCounts = (admin: AdminClient, app: string, clock: Clock): CountSource => {
  const deltas = new CounterDeltas()
  const dealer = new Dealer()

  const fetchSamples = async (signal: AbortSignal): Promise<readonly Sample[]> => {
    const { body } = await admin.call('/metrics', signal, { policy: scrapePolicy }).catch((error: unknown) => {
      signal.throwIfAborted()
      throw new KitError('metrics-unavailable', `The metrics of the edge could not be read: ${messageOf(error)}`, { cause: error })
    })
    return parseExposition(body)
  }

  const scrape = async (signal: AbortSignal): Promise<Increase[]> => {
    const samples = await fetchSamples(signal)
    const startedAt = samples.find(({ name }) => name === series.started)?.value
    return deltas.advance(
      'edge',
      samples.filter(({ labels }) => labels['app'] === app),
      { startedAt },
    )
  }

  return {
    check: async (signal) => {
      await scrape(signal)
    },
    read: async (signal) => {
      const increases = await scrape(signal)
      const canary = ofSide(increases, 'canary')
      const stable = ofSide(increases, 'stable')
      const halves = stable && dealer.deal(stable.replicas)
      const boundaries = (canary ?? stable)?.boundaries
      return {
        at: clock.now(),
        canary: canary?.counts,
        stable: stable?.counts,
        ...(halves !== undefined && { halves }),
        ...(boundaries !== undefined && { boundaries }),
      } satisfies Counts
    },
    recent: async (signal) => {
      const own = (await fetchSamples(signal)).filter(({ labels }) => labels['app'] === app)
      const version = versionOf(own, 'stable')
      const valueOf = (name: string): number | undefined =>
        own.find((sample) => sample.name === name && version !== undefined && isOf(version, sample))?.value
      const [requests, failures, seconds] = [valueOf(series.recentRequests), valueOf(series.recentFailures), valueOf(series.recentSeconds)]
      if (requests === undefined || failures === undefined || seconds === undefined || requests === 0 || seconds === 0) return undefined
      return { requests, failures, ms: seconds * 1_000 }
    },
  }
}

interface Measured {
  readonly counts: SideCounts
  readonly boundaries: readonly number[] | undefined
  readonly replicas: ReadonlyMap<string, HalfCounts>
}

const ofSide = (increases: readonly Increase[], side: Side): Measured | undefined => {
  const version = versionOf(
    increases.map(({ sample }) => sample),
    side,
  )
  if (version === undefined) return undefined
  const own = increases.filter(
    ({ sample, increase }) =>
      increase !== undefined &&
      isOf(version, sample) &&
      [series.requests, series.byReplica, `${series.duration}_bucket`].includes(sample.name),
  )
  const answered = own.filter(({ sample }) => sample.name === series.requests)
  if (answered.length === 0) return undefined
  const latency = perBucket(
    new Map(
      own
        .filter(({ sample }) => sample.name === `${series.duration}_bucket`)
        .map(({ sample, increase = 0 }) => [bucketBoundary(sample.labels['le'] ?? ''), increase]),
    ),
  )
  return {
    counts: { ...tallyOf(answered), ...(latency !== undefined && { latency: latency.counts }) },
    boundaries: latency?.boundaries,
    replicas: byReplica(own.filter(({ sample }) => sample.name === series.byReplica)),
  }
}

const versionOf = (samples: readonly Sample[], side: Side): Sample | undefined =>
  samples.find(({ name, labels, value }) => name === series.side && labels['side'] === side && value === 1)

const isOf = (version: Sample, { labels }: Sample): boolean =>
  labels['digest'] === version.labels['digest'] && labels['configuration'] === version.labels['configuration']

const tallyOf = (answered: readonly Increase[]): HalfCounts => ({
  requests: total(answered),
  failures: total(answered.filter(({ sample }) => sample.labels['code']?.startsWith('5'))),
})

/** A replica that was asked nothing yet is not there, and needs no comparison. */
const byReplica = (answered: readonly Increase[]): ReadonlyMap<string, HalfCounts> =>
  new Map([...groupBy(answered, ({ sample }) => sample.labels['replica'] ?? '')].map(([replica, own]) => [replica, tallyOf(own)]))

const total = (increases: readonly Increase[]): number => increases.reduce((sum, { increase = 0 }) => sum + increase, 0)
