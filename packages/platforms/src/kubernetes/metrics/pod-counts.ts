import { KitError, messageOf, single, type Clock } from '@deploy-kit/core'
import { bucketBoundary, CounterDeltas, parseExposition, parseMatchers, perBucket, type Increase, type Matcher } from '@deploy-kit/metrics'
import type { Counts, CountSource, Side, SideCounts } from '@deploy-kit/rollout'
import { kinds, pathOf, type KubeClient } from '../api/index.ts'
import type { KubernetesOptions } from '../options.ts'
import type { Observed } from '../workload/observe.ts'
import { isReady } from '../workload/pods.ts'
import type { Pod } from '../objects/models.ts'

export interface PodCountsRequest {
  readonly client: KubeClient
  readonly namespace: string
  readonly metrics: NonNullable<KubernetesOptions['metrics']>
  readonly observe: (signal: AbortSignal) => Promise<Observed>
  readonly clock: Clock
}

/** Two tries: a scrape that is late is worth nothing. */
const scrapePolicy = { ...single, retries: 1, timeoutMs: 3_000 }

/** Counts of both sides from the pods themselves, read through the API server: neither a Prometheus nor a way into the pod network is needed. */
export const podCounts = ({ client, namespace, metrics, observe, clock }: PodCountsRequest): CountSource => {
  const deltas = new CounterDeltas()
  const hasFailed = parseMatchers(metrics.failed)
  let lastReadAt: number | undefined

  const scrape = async (pod: Pod, signal: AbortSignal): Promise<readonly Increase[]> => {
    const name = pod.metadata?.name ?? ''
    const path = `${pathOf(kinds.pod, namespace, `${name}:${portOf(pod, metrics)}`)}/proxy${metrics.path}`
    const text = await client.text(path, { signal, policy: scrapePolicy }).catch((error: unknown) => {
      signal.throwIfAborted()
      throw new KitError('metrics-unavailable', `The metrics of the pod ${name} could not be read: ${messageOf(error)}`, { cause: error })
    })
    const bornAt = Date.parse(pod.status?.startTime ?? '')
    const isNew = lastReadAt !== undefined && bornAt > lastReadAt
    const wanted = new Set([metrics.requests, `${metrics.histogram}_bucket`])
    const samples = parseExposition(text).filter((sample) => wanted.has(sample.name))
    const container = pod.status?.containerStatuses?.[0]?.containerID ?? ''
    return deltas.advance(`${pod.metadata?.uid ?? ''}/${container}`, samples, { startedAt: undefined, isNew })
  }

  const read = async (signal: AbortSignal): Promise<Readonly<Record<Side, Measured>> & { readonly samples: number }> => {
    const { pods } = await observe(signal)
    const of = async (side: Side): Promise<readonly (readonly Increase[])[]> =>
      Promise.all(pods[side].filter(isReady).map((pod) => scrape(pod, signal)))
    const [canary, stable] = await Promise.all([of('canary'), of('stable')])
    return { canary: measured(canary, metrics, hasFailed), stable: measured(stable, metrics, hasFailed), samples: stable.flat().length }
  }

  return {
    check: async (signal) => {
      const { samples } = await read(signal)
      if (samples === 0)
        throw new KitError('metrics-empty', `No pod of stable shows a counter \`${metrics.requests}\` at ${metrics.path}.`, {
          remedy: 'Name the counter, port and path under `metrics` of the platform, or name a metric source under `judge`.',
        })
    },
    read: async (signal) => {
      const at = clock.now()
      const { canary, stable } = await read(signal)
      lastReadAt = at
      const boundaries = canary.boundaries ?? stable.boundaries
      return { at, canary: canary.counts, stable: stable.counts, ...(boundaries !== undefined && { boundaries }) } satisfies Counts
    },
  }
}

interface Measured {
  readonly counts: SideCounts | undefined
  readonly boundaries: readonly number[] | undefined
}

const measured = (pods: readonly (readonly Increase[])[], metrics: PodCountsRequest['metrics'], hasFailed: Matcher): Measured => {
  const known = pods.flat().filter(({ increase }) => increase !== undefined)
  const answered = known.filter(({ sample }) => sample.name === metrics.requests)
  if (answered.length === 0) return { counts: undefined, boundaries: undefined }
  const buckets = new Map<number, number>()
  for (const { sample, increase = 0 } of known.filter(({ sample: { name } }) => name === `${metrics.histogram}_bucket`)) {
    const boundary = bucketBoundary(sample.labels['le'] ?? '')
    buckets.set(boundary, (buckets.get(boundary) ?? 0) + increase)
  }
  const latency = buckets.size === 0 ? undefined : perBucket(buckets)
  return {
    counts: {
      requests: total(answered),
      failures: total(answered.filter(({ sample }) => hasFailed(sample.labels))),
      ...(latency !== undefined && { latency: latency.counts }),
    },
    boundaries: latency?.boundaries,
  }
}

const total = (increases: readonly Increase[]): number => increases.reduce((sum, { increase = 0 }) => sum + increase, 0)

const portOf = (pod: Pod, { port }: PodCountsRequest['metrics']): number => {
  const ports = pod.spec?.containers.flatMap((container) => container.ports ?? []) ?? []
  const annotated = Number(pod.metadata?.annotations?.['prometheus.io/port'])
  return port ?? (annotated > 0 ? annotated : (ports.find(({ name }) => name === 'metrics') ?? ports[0])?.containerPort) ?? 80
}
