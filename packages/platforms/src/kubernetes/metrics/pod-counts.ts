import { KitError, messageOf, single, type Clock } from '@deploy-kit/core'
import { CounterDeltas, Dealer, parseExposition, parseMatchers } from '@deploy-kit/metrics'
import type { CountSource, Side } from '@deploy-kit/rollout'
import { kinds, pathOf, type KubeClient } from '../api/index.ts'
import type { Pod } from '../objects/models.ts'
import type { Observation } from '../workload/observe.ts'
import { isReady } from '../workload/pods.ts'
import { countsOf, requestsOf, type MetricsOptions, type PodIncreases } from './tally.ts'

export interface PodCountsRequest {
  readonly client: KubeClient
  readonly namespace: string
  readonly metrics: MetricsOptions
  readonly observation: Observation
  readonly clock: Clock
}

/** Two tries: a scrape that is late is worth nothing. */
const scrapePolicy = { ...single, retries: 1, timeoutMs: 3_000 }

/** Counts of both sides from the pods themselves, read through the API server: neither a Prometheus nor a way into the pod network is needed. */
export const podCounts = ({ client, namespace, metrics, observation, clock }: PodCountsRequest): CountSource => {
  const deltas = new CounterDeltas()
  const dealer = new Dealer()
  const hasFailed = parseMatchers(metrics.failed)
  const wanted = new Set([metrics.requests, `${metrics.histogram}_bucket`])
  let lastReadAt: number | undefined

  const scrape = async (pod: Pod, signal: AbortSignal): Promise<string> => {
    const name = pod.metadata?.name ?? ''
    const path = `${pathOf(kinds.pod, namespace, `${name}:${portOf(pod, metrics)}`)}/proxy${metrics.path}`
    return client.text(path, { signal, policy: scrapePolicy }).catch((error: unknown) => {
      signal.throwIfAborted()
      throw new KitError('metrics-unavailable', `The metrics of the pod ${name} could not be read: ${messageOf(error)}`, { cause: error })
    })
  }
  const scrapeAll = (pods: Readonly<Record<Side, readonly Pod[]>>, signal: AbortSignal) => {
    const of = (side: Side) => Promise.all(pods[side].filter(isReady).map(async (pod) => ({ pod, text: await scrape(pod, signal) })))
    return Promise.all([of('canary'), of('stable')])
  }
  /** The pods as they were last seen will do; one that is gone shows as one that does not answer, and then they are looked for again. */
  const texts = async (signal: AbortSignal): ReturnType<typeof scrapeAll> => {
    const known = observation.last()
    if (known !== undefined) {
      try {
        return await scrapeAll(known.pods, signal)
      } catch {
        signal.throwIfAborted()
      }
    }
    return scrapeAll((await observation.observe(signal)).pods, signal)
  }
  const advance = (scraped: readonly { readonly pod: Pod; readonly text: string }[]): PodIncreases =>
    new Map(
      scraped.map(({ pod, text }) => {
        const isNew = lastReadAt !== undefined && Date.parse(pod.status?.startTime ?? '') > lastReadAt
        const samples = parseExposition(text).filter((sample) => wanted.has(sample.name))
        return [pod.metadata?.name ?? '', deltas.advance(instanceOf(pod), samples, { startedAt: undefined, isNew })]
      }),
    )

  return {
    check: async (signal) => {
      const seen = await observation.observe(signal)
      // Before the first release nobody counts yet.
      if (seen.stable === undefined) return
      const [, stable] = await scrapeAll(seen.pods, signal)
      const found = stable.some(({ text }) => parseExposition(text).some(({ name }) => name === metrics.requests))
      if (!found)
        throw new KitError('metrics-empty', `No pod of stable shows a counter \`${metrics.requests}\` at ${metrics.path}.`, {
          remedy:
            'Name the counter, port and path under `metrics` of the platform, or a metric source under `judge`. A counter that appears with the first request needs one before.',
        })
    },
    read: async (signal) => {
      const at = clock.now()
      // All are read before any is counted, so that a failing pod takes nothing from the next read.
      const [canaryTexts, stableTexts] = await texts(signal)
      const [canary, stable] = [advance(canaryTexts), advance(stableTexts)]
      deltas.keepOnly([...canaryTexts, ...stableTexts].map(({ pod }) => instanceOf(pod)))
      lastReadAt = at
      const halves = dealer.deal(requestsOf(stable, metrics, hasFailed))
      return { at, ...countsOf(canary, stable, metrics, hasFailed), ...(halves !== undefined && { halves }) }
    },
  }
}

/** A container that was started again counts from zero, under the same name of a pod. */
const instanceOf = ({ metadata, status }: Pod): string => `${metadata?.uid ?? ''}/${status?.containerStatuses?.[0]?.containerID ?? ''}`

const portOf = (pod: Pod, { port }: MetricsOptions): number => {
  const ports = pod.spec?.containers.flatMap((container) => container.ports ?? []) ?? []
  const annotated = Number(pod.metadata?.annotations?.['prometheus.io/port'])
  return port ?? (annotated > 0 ? annotated : (ports.find(({ name }) => name === 'metrics') ?? ports[0])?.containerPort) ?? 80
}
