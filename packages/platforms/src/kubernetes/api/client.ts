import { KitError, patient, request, type Clock } from '@deploy-kit/core'
import type { Connection } from './connection.ts'
import { calledBy } from './kinds.ts'
import type { Call, KubeClient, KubeObject, ObjectList } from './kube-client.ts'
import { refusal } from './refusal.ts'
import { watchObjects } from './watch.ts'

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
