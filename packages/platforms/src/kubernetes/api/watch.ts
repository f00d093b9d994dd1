import { createInterface } from 'node:readline'
import { KitError, messageOf, type Clock } from '@deploy-kit/core'
import type { Call, Change, KubeClient, KubeObject } from './kube-client.ts'

interface Line<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'
  readonly object: T & { readonly code?: number }
}

/** The server ends a watch after this time; it is then begun again from where it stood. */
const watchSeconds = 240
const pauseMs = 500

/**
 * List, then watch from the version of the list. A watch that ends is begun again; one that is too old (410 Gone) begins with a
 * new list, so that no change is missed (kubernetes.io/docs/reference/using-api/api-concepts, "Efficient detection of changes").
 * @throws KitError what the list throws; the signal's reason
 */
export async function* watchObjects<T extends KubeObject>(
  client: KubeClient,
  path: string,
  call: Call,
  clock: Clock,
): AsyncGenerator<Change<T>> {
  const { signal } = call
  for (;;) {
    const { items, metadata } = await client.list<T>(path, call)
    yield { type: 'known', objects: items }
    let version = metadata?.resourceVersion ?? '0'
    for (let gone = false; !gone;) {
      signal.throwIfAborted()
      try {
        for await (const line of follow<T>(client, path, call, version)) {
          if (line.type === 'ERROR') {
            // Whatever the error is, a new list tells what is.
            gone = true
            break
          }
          version = line.object.metadata?.resourceVersion ?? version
          if (line.type !== 'BOOKMARK') yield { type: line.type, object: line.object }
        }
      } catch (error) {
        signal.throwIfAborted()
        if (error instanceof Gone) gone = true
        else if (error instanceof KitError) throw error
        await clock.sleep(pauseMs, signal)
      }
    }
  }
}

class Gone extends Error {}

async function* follow<T>(client: KubeClient, path: string, { query, signal }: Call, version: string): AsyncGenerator<Line<T>> {
  const url = new URL(path, client.connection.server)
  const parameters = {
    ...query,
    watch: 'true',
    allowWatchBookmarks: 'true',
    resourceVersion: version,
    timeoutSeconds: String(watchSeconds),
  }
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  // A reader that leaves early must close the connection, which only an abort does.
  const ended = new AbortController()
  try {
    const answer = await client.connection.stream(url, AbortSignal.any([signal, ended.signal]))
    if (answer.statusCode === 410) throw new Gone()
    if (answer.statusCode === 401 || answer.statusCode === 403)
      throw new KitError('cluster-forbidden', `Watching ${url.pathname} was refused (${answer.statusCode}).`)
    if (answer.statusCode !== 200) throw new Error(messageOf(`status ${answer.statusCode}`))
    const lines = createInterface({ input: answer, crlfDelay: Infinity })
    // Whoever reads hears of a broken stream; when nobody does any more, its end is no error.
    for (const source of [answer, lines]) source.on('error', () => undefined)
    for await (const line of lines) if (line !== '') yield JSON.parse(line) as Line<T>
  } finally {
    ended.abort()
  }
}
