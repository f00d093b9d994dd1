import type { RetryPolicy } from '@deploy-kit/core'
import type { Connection } from './connection.ts'

/** What every object has. */
export interface KubeObject {
  readonly apiVersion?: string
  readonly kind?: string
  readonly metadata?: {
    readonly name?: string
    readonly namespace?: string
    readonly uid?: string
    readonly resourceVersion?: string
    readonly generation?: number
    readonly labels?: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
  }
}

export interface ObjectList<T> {
  readonly items: readonly T[]
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string }
}

export interface Call {
  readonly signal: AbortSignal
  /** Default: patient. The way home is urgent. */
  readonly policy?: RetryPolicy
  readonly query?: Readonly<Record<string, string>>
}

export interface PatchCall extends Call {
  /** Content type of the patch: RFC 6902 operations, RFC 7386 merge, or server-side apply. */
  readonly type: 'json-patch' | 'merge-patch' | 'apply-patch'
}

/** One change of what is watched. `known` ends the list of what was there in the beginning. */
export type Change<T> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T }
  | { readonly type: 'known'; readonly objects: readonly T[] }

/**
 * The API server, by generic requests: paths in, objects out. Models of the official client are used as types alone; its classes
 * would be most of the start of a step (docs/adr/0008-kubernetes-client.md).
 * Every method throws KitError `cluster-unauthorised`, `cluster-forbidden`, `cluster-conflict`, `cluster-object-missing`,
 * `cluster-refused` or `platform-unreachable`.
 */
export interface KubeClient {
  /** Undefined when there is none. */
  get<T extends KubeObject>(path: string, call: Call): Promise<T | undefined>
  /** All pages. */
  list<T extends KubeObject>(path: string, call: Call): Promise<ObjectList<T>>
  create<T extends KubeObject>(path: string, object: T, call: Call): Promise<T>
  /** Fails with `cluster-conflict` when the object's resourceVersion is no longer the stored one. */
  replace<T extends KubeObject>(path: string, object: T, call: Call): Promise<T>
  patch<T extends KubeObject>(path: string, body: unknown, call: PatchCall): Promise<T>
  /** Server-side apply as field manager `deploy-kit`; `force` takes fields over from others. */
  apply<T extends KubeObject>(path: string, object: T, call: Call & { readonly force?: boolean }): Promise<T>
  /** Nothing happens when it is gone already. */
  remove(
    path: string,
    call: Call & { readonly preconditions?: { readonly resourceVersion?: string; readonly uid?: string } },
  ): Promise<void>
  /** A body that is no object: logs, metrics through the pod proxy. */
  text(path: string, call: Call): Promise<string>
  /** Everything that is there, then every change. Ends only when the signal is aborted. */
  watch<T extends KubeObject>(path: string, call: Call): AsyncIterable<Change<T>>
  /** Milliseconds since the epoch by the API server's clock, as its last answer said; undefined before the first. One second fine. */
  now(): number | undefined
  readonly connection: Connection
}
