import { series } from '../../protocol.ts'
import { boundaries, type VersionMetrics } from './version-metrics.ts'
import type { Percent, Side } from '@deploy-kit/rollout'

/** What is shown of one version of one app. */
export interface MeasuredVersion {
  readonly digest: string
  readonly configuration: string
  readonly side: Side | undefined
  readonly metrics: VersionMetrics
}

export interface MeasuredApp {
  readonly app: string
  readonly weight: Percent
  readonly versions: readonly MeasuredVersion[]
}

/** Prometheus text (prometheus.io/docs/instrumenting/exposition_formats), version 0.0.4. */
export const exposition = (apps: readonly MeasuredApp[], startedAtMs: number): string => {
  const versions = apps.flatMap(({ app, versions: own }) => own.map((version) => ({ ...version, id: identity(app, version) })))
  const byCode = (name: string, codesOf: (metrics: VersionMetrics) => ReadonlyMap<number, number>): string[] =>
    versions.flatMap(({ id, metrics }) => [...codesOf(metrics)].map(([code, count]) => `${name}{${id},code="${code}"} ${count}`))
  const now = performance.now()
  const lately = versions.flatMap(({ id, metrics }) => {
    const found = metrics.recent.upTo(now)
    return found === undefined ? [] : [{ id, found }]
  })
  const recent = (name: string, help: string, valueOf: (found: (typeof lately)[number]['found']) => number): string[] =>
    family(
      name,
      'gauge',
      help,
      lately.map(({ id, found }) => `${name}{${id}} ${valueOf(found)}`),
    )
  return [
    ...family(
      series.requests,
      'counter',
      'Requests by version and status.',
      byCode(series.requests, (metrics) => metrics.codes),
    ),
    ...family(
      series.byReplica,
      'counter',
      'The same requests by the replica that they were sent to.',
      versions.flatMap(({ id, metrics }) =>
        metrics.replicas.flatMap((codes, replica) =>
          [...codes].map(([code, count]) => `${series.byReplica}{${id},replica="${replica}",code="${code}"} ${count}`),
        ),
      ),
    ),
    ...family(
      series.pinned,
      'counter',
      'Requests pinned to a side by a header; in no other series.',
      byCode(series.pinned, (metrics) => metrics.pinned),
    ),
    ...family(
      series.duration,
      'histogram',
      'Time from the request to the end of the answer.',
      versions.flatMap(({ id, metrics }) => histogram(id, metrics)),
    ),
    ...recent(series.recentRequests, 'Requests of the last half hour.', ({ requests }) => requests),
    ...recent(series.recentFailures, 'Answers with 5xx among them.', ({ failures }) => failures),
    ...recent(series.recentSeconds, 'Time in which they were counted, half an hour at most.', ({ ms }) => ms / 1_000),
    ...family(
      series.side,
      'gauge',
      'The side that a version is on now.',
      versions.flatMap(({ id, side }) => (side === undefined ? [] : [`${series.side}{${id},side="${side}"} 1`])),
    ),
    ...family(
      series.weight,
      'gauge',
      'Percent of the requests that the canary answers.',
      apps.map(({ app, weight }) => `${series.weight}{app="${app}"} ${weight}`),
    ),
    ...family(series.started, 'gauge', 'Start of the edge, in seconds since the epoch.', [`${series.started} ${startedAtMs / 1_000}`]),
    '',
  ].join('\n')
}

const family = (name: string, type: string, help: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines]

/** The same image with another configuration is another version. */
const identity = (app: string, { digest, configuration }: MeasuredVersion): string =>
  `app="${app}",digest="${digest}",configuration="${configuration.replace(/[\\"\n]/g, '_')}"`

const histogram = (id: string, { buckets, seconds }: VersionMetrics): string[] => {
  let below = 0
  const lines = buckets.map((count, index) => {
    below += count
    return `${series.duration}_bucket{${id},le="${boundaries[index] ?? '+Inf'}"} ${below}`
  })
  return [...lines, `${series.duration}_sum{${id}} ${seconds}`, `${series.duration}_count{${id}} ${below}`]
}
