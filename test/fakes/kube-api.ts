import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { KubeConfig } from '@kubernetes/client-node'
import type { Clock } from '@deploy-kit/core'
import { connect, kubeClient, type KubeClient, type KubeObject } from '../../packages/platforms/src/kubernetes/api/index.ts'
import { loopback, type Loopback } from './loopback.ts'

interface Watcher {
  readonly path: string
  readonly matches: (object: KubeObject) => boolean
  readonly response: ServerResponse
}

interface Change {
  readonly version: number
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly path: string
  readonly object: KubeObject
}

/**
 * The part of an API server that readers need: lists with a version, watches from a version, selectors, logs. It refuses what it does not know.
 * Tests break its connections, and let it forget old versions, as a real one does after five minutes.
 */
export class FakeKubeApi {
  readonly client: KubeClient
  /** Requests in the order in which they came: `list …`, `watch … from 3`, `log …`. */
  readonly requests: string[] = []
  /** Logs by `pod/container`, and `pod/container/previous`. */
  readonly logs = new Map<string, string>()
  readonly #server: Loopback
  readonly #objects = new Map<string, Map<string, KubeObject>>()
  readonly #history: Change[] = []
  readonly #watchers = new Set<Watcher>()
  #version = 1
  #oldest = 0

  private constructor(server: Loopback, clock: Clock) {
    this.#server = server
    const config = new KubeConfig()
    config.loadFromClusterAndUser({ name: 'fake', server: server.url, skipTLSVerify: true }, { name: 'nobody' })
    this.client = kubeClient(connect(config), clock)
  }

  static async start(clock: Clock): Promise<FakeKubeApi> {
    let api: FakeKubeApi | undefined
    const server = await loopback((request, response) => api?.answer(request, response))
    api = new FakeKubeApi(server, clock)
    return api
  }

  close(): Promise<void> {
    this.drop()
    return this.#server.close()
  }

  /** Stores an object of a collection, and tells whoever watches. */
  put(path: string, object: KubeObject): void {
    const name = object.metadata?.name ?? ''
    const known = this.#collection(path).get(name)
    const stored = this.#versioned({ ...object, metadata: { uid: `${path}/${name}`, ...object.metadata } })
    this.#collection(path).set(name, stored)
    this.#happened(path, known === undefined ? 'ADDED' : 'MODIFIED', stored)
  }

  delete(path: string, name: string): void {
    const known = this.#collection(path).get(name)
    if (known === undefined) throw new Error(`there is no ${name} in ${path}`)
    this.#collection(path).delete(name)
    this.#happened(path, 'DELETED', this.#versioned(known))
  }

  /** Breaks the connections of all watches. */
  drop(): void {
    for (const { response } of this.#watchers) response.destroy()
    this.#watchers.clear()
  }

  /** Forgets what it was before now: a watch from an older version is gone. */
  forget(): void {
    this.#oldest = this.#version
  }

  /** Tells those who watch how far they are, without a change. */
  bookmark(): void {
    this.#version += 1
    for (const { response } of this.#watchers)
      send(response, 'BOOKMARK', { metadata: { resourceVersion: String(this.#version), name: 'of no object' } })
  }

  /** Says in the middle of a watch that it cannot go on. */
  breakOff(code: number): void {
    for (const { response } of this.#watchers) {
      send(response, 'ERROR', { kind: 'Status', code, message: 'too old resource version' })
      response.end()
    }
    this.#watchers.clear()
  }

  /** Waits until so many watches are open. @throws Error when they are not within five seconds */
  async watchedBy(count: number): Promise<void> {
    for (let tries = 0; this.#watchers.size !== count; tries += 1) {
      if (tries === 1_000) throw new Error(`${this.#watchers.size} watches are open, not ${count}`)
      await delay(5)
    }
  }

  answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://fake')
    if (request.method !== 'GET') throw new Error(`the fake does not know ${request.method ?? ''}`)
    const log = /\/pods\/([^/]+)\/log$/.exec(pathname)
    if (log !== null) return this.#answerLog(log[1] ?? '', searchParams, response)
    const collection = /\/namespaces\/[^/]+\/[^/]+$/.test(pathname)
    if (!collection) throw new Error(`the fake does not know ${pathname}`)
    const matches = matching(searchParams)
    if (searchParams.get('watch') === 'true') return this.#answerWatch(pathname, searchParams, matches, request, response)
    this.requests.push(`list ${pathname}`)
    const items = [...this.#collection(pathname).values()].filter(matches)
    json(response, 200, { kind: 'List', metadata: { resourceVersion: String(this.#version) }, items })
  }

  #answerLog(pod: string, parameters: URLSearchParams, response: ServerResponse): void {
    const key = `${pod}/${parameters.get('container') ?? ''}${parameters.get('previous') === 'true' ? '/previous' : ''}`
    this.requests.push(`log ${key}`)
    const found = this.logs.get(key)
    if (found === undefined) return json(response, 400, { kind: 'Status', code: 400, message: 'previous terminated container not found' })
    response.end(
      found
        .split('\n')
        .slice(-Number(parameters.get('tailLines')))
        .join('\n'),
    )
  }

  #answerWatch(
    path: string,
    parameters: URLSearchParams,
    matches: Watcher['matches'],
    request: IncomingMessage,
    response: ServerResponse,
  ): void {
    const from = Number(parameters.get('resourceVersion'))
    this.requests.push(`watch ${path} from ${from}`)
    if (from < this.#oldest) return json(response, 410, { kind: 'Status', code: 410, reason: 'Expired' })
    response.writeHead(200, { 'content-type': 'application/json' })
    response.flushHeaders()
    for (const change of this.#history)
      if (change.version > from && change.path === path && matches(change.object)) send(response, change.type, change.object)
    const watcher = { path, matches, response }
    this.#watchers.add(watcher)
    request.once('close', () => this.#watchers.delete(watcher))
  }

  #collection(path: string): Map<string, KubeObject> {
    const found = this.#objects.get(path) ?? new Map<string, KubeObject>()
    this.#objects.set(path, found)
    return found
  }

  #versioned(object: KubeObject): KubeObject {
    this.#version += 1
    return { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#version) } }
  }

  #happened(path: string, type: Change['type'], object: KubeObject): void {
    this.#history.push({ version: this.#version, type, path, object })
    for (const watcher of this.#watchers) if (watcher.path === path && watcher.matches(object)) send(watcher.response, type, object)
  }
}

const json = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

const send = (response: ServerResponse, type: string, object: unknown): void => void response.write(`${JSON.stringify({ type, object })}\n`)

const fieldOf = (object: KubeObject, path: string): unknown =>
  path.split('.').reduce<unknown>((value, key) => (value as Readonly<Record<string, unknown>> | undefined)?.[key], object)

/** Selectors of equality, which is all that is asked for here. */
const matching = (parameters: URLSearchParams): ((object: KubeObject) => boolean) => {
  const labels = pairs(parameters.get('labelSelector'))
  const fields = pairs(parameters.get('fieldSelector'))
  return (object) =>
    labels.every(([key, value]) => object.metadata?.labels?.[key] === value) &&
    fields.every(([key, value]) => fieldOf(object, key) === value)
}

const pairs = (selector: string | null): readonly (readonly [string, string])[] =>
  (selector ?? '')
    .split(',')
    .filter((part) => part !== '')
    .map((part) => {
      const [, key, value] = /^([^=!]+)==?(.*)$/.exec(part) ?? []
      if (key === undefined || value === undefined) throw new Error(`the fake does not know the selector ${part}`)
      return [key, value]
    })
