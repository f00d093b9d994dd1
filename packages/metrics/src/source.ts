import type { Clock, HttpAnswer, Logger } from '@deploy-kit/core'
import type { CountSource, Counts } from '@deploy-kit/rollout'
import type { z } from 'zod'
import type { SecretReference } from './secret.ts'
import type { HttpExchange } from './http/source-http.ts'

/** What a metric is made of: failed of total, a latency histogram, or one number a side. */
export type MetricKind = 'ratio' | 'histogram' | 'gauge'

/** What tells the series of one side from those of the other, in the words that labels may carry. */
export interface SideIdentity {
  /** `sha256:…` of the image. */
  readonly digest: string
  readonly version?: string
  readonly commit?: string
  /** Hash of the configuration that the release runs with. */
  readonly configuration?: string
}

/** Canary is absent once it is promoted, and stable before the first release. The canary is named before it runs. */
export interface Sides {
  readonly canary?: SideIdentity
  readonly stable?: SideIdentity
}

/** What every source is opened with. */
export interface SourceContext {
  /** Name of the metric, for messages: `errors`, `latency`, or the user's own. */
  readonly metric: string
  readonly kind: MetricKind
  /** What the sides run now. Asked anew for each read: a promotion makes the canary stable. */
  readonly sides: (signal: AbortSignal) => Promise<Sides>
  readonly clock: Clock
  readonly log: Logger
  /**
   * One exchange under the policy of sources: a few quick tries, Retry-After heeded. Any other status is an answer.
   * @throws KitError `metrics-unavailable` naming the address without its query when the tries are used up; the signal's reason when it is aborted
   */
  readonly http: (url: string | URL, exchange: HttpExchange) => Promise<HttpAnswer>
  /** The value of an environment variable, masked in everything that is shown. @throws KitError `secret-missing` when it is not set or empty */
  readonly secret: (reference: SecretReference) => string
  /** Where relative paths of the options start. */
  readonly directory: string
  /** Addresses of the instances that run now, from a platform that knows them. */
  readonly instances?: (signal: AbortSignal) => Promise<readonly string[]>
}

/**
 * One metric from one place. `check` and `read` throw KitErrors with a remedy: `metrics-unavailable` (unreachable, busy, broken),
 * `metrics-unauthorised`, `metrics-empty` (the query is answered, and selects nothing), `metrics-query-invalid` (refused, or not of the shape that can be judged).
 *
 * What a source promises (test/contracts/metric-source.ts):
 * - The first read is a mark: it returns no counts. Each later one returns what was counted since the last read that succeeded; one that
 *   fails or is aborted takes nothing away, and nothing is ever counted twice.
 * - A side without data is undefined, never zero requests. Failures that are absent beside requests that are there are zero failures.
 * - Whole counts, failures never above the requests: failures that are seen before their requests wait for the next read.
 * - `at` is the end of the interval that was read, not the time of reading, and never goes back.
 * - `kind` ratio fills `canary` and `stable`; histogram fills them with `latency` and gives `boundaries`; gauge fills `gauge` when both sides have a value.
 */
export interface MetricSource extends CountSource {
  /** Reads what would be read, before anything is touched, and says what is wrong. Stable's series must be there; the canary's need not. Changes nothing for `read`. */
  check(signal: AbortSignal): Promise<void>
  read(signal: AbortSignal): Promise<Counts>
  /** Ends what runs in the background, where there is something. */
  close?(): Promise<void>
}

/** What the folder of a source exports: one function, which contacts nothing before the source is used. @throws KitError `config-invalid` */
export interface SourceModule<Options> {
  open(options: Options, context: SourceContext): MetricSource
}

/** The schema of a source's options for each kind of metric it can give; a kind that is absent is refused where the configuration is read. */
export type SourceSchemas = Readonly<Partial<Record<MetricKind, z.ZodType>>>
