import { KitError, patient, request, type Clock, type RetryPolicy } from '@deploy-kit/core'
import type { Connection } from './connection.ts'
import { calledBy } from './kinds.ts'
import { refusal } from './refusal.ts'
import { watchObjects, type Change } from './watch.ts'

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

/** Name that the server keeps for the fields that deploy-kit sets. */
export const fieldManager = 'deploy-kit'

export const kubeClient = (connection: Connection, clock: Clock): KubeClient => {
  let serverTime: number | undefined

  const exchange = async (
    method: string,
    path: string,
    call: Call,
    body?: { readonly type: string; readonly value: unknown },
  ): Promise<{ readonly status: number; readonly body: string }> => {
    const url = new URL(path, connection.server)
    for (const [name, value] of Object.entries(call.query ?? {})) url.searchParams.set(name, value)
    const answer = await request(url, {
      method,
      headers: { accept: 'application/json', ...(body !== undefined && { 'content-type': body.type }) },
      ...(body !== undefined && { body: JSON.stringify(body.value) }),
      signal: call.signal,
      policy: call.policy ?? patient,
      clock,
      fetch: connection.fetch,
    }).catch((error: unknown) => {
      if (error instanceof KitError && error.code === 'http-unreachable')
        throw new KitError('platform-unreachable', `The API server did not answer for ${calledBy(path)}: ${error.message}`, {
          cause: error,
        })
      throw error
    })
    const date = Date.parse(answer.headers.get('date') ?? '')
    if (!Number.isNaN(date)) serverTime = date
    return answer
  }

  const send = async <T>(
    method: string,
    path: string,
    call: Call,
    body?: { readonly type: string; readonly value: unknown },
  ): Promise<T> => {
    const answer = await exchange(method, path, call, body)
    if (answer.status >= 300) throw refusal(method, path, answer)
    return JSON.parse(answer.body) as T
  }

  const client: KubeClient = {
    connection,
    now: () => serverTime,
    get: async <T>(path: string, call: Call) => {
      const answer = await exchange('GET', path, call)
      if (answer.status === 404) return undefined
      if (answer.status >= 300) throw refusal('GET', path, answer)
      return JSON.parse(answer.body) as T
    },
    list: async <T extends KubeObject>(path: string, call: Call): Promise<ObjectList<T>> => {
      const items: T[] = []
      const query: Record<string, string> = { ...call.query, limit: '500' }
      for (;;) {
        const page = await send<ObjectList<T>>('GET', path, { ...call, query })
        items.push(...page.items)
        const next = page.metadata?.continue
        if (next === undefined || next === '') return { items, ...(page.metadata !== undefined && { metadata: page.metadata }) }
        query['continue'] = next
      }
    },
    create: (path, object, call) => send('POST', path, withManager(call), { type: 'application/json', value: object }),
    replace: (path, object, call) => send('PUT', path, withManager(call), { type: 'application/json', value: object }),
    patch: (path, value, call) =>
      send('PATCH', path, withManager(call), { type: `application/${call.type}+${call.type === 'apply-patch' ? 'yaml' : 'json'}`, value }),
    apply: (path, object, { force = true, ...call }) =>
      client.patch(path, object, { ...call, type: 'apply-patch', query: { ...call.query, force: String(force) } }),
    remove: async (path, { preconditions, ...call }) => {
      const options = { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background', ...(preconditions && { preconditions }) }
      const answer = await exchange('DELETE', path, call, { type: 'application/json', value: options })
      if (answer.status >= 300 && answer.status !== 404) throw refusal('DELETE', path, answer)
    },
    text: async (path, call) => {
      const answer = await exchange('GET', path, call)
      if (answer.status >= 300) throw refusal('GET', path, answer)
      return answer.body
    },
    watch: (path, call) => watchObjects(client, path, call, clock),
  }
  return client
}

const withManager = <C extends Call>(call: C): C => ({ ...call, query: { fieldManager, ...call.query } })
