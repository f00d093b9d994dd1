import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { loopback } from '../loopback.ts'
import { isObject, jsonPatch, mergePatch, PatchRefused, type Operation, type Stored } from './patch.ts'
import { selected } from './selected.ts'

/** An object as the server sends it. */
export interface ApiObject {
  apiVersion: string
  kind: string
  metadata: {
    name: string
    namespace?: string
    uid: string
    resourceVersion: string
    generation: number
    labels?: Record<string, string>
    annotations?: Record<string, string>
    deletionTimestamp?: string
  }
  [key: string]: unknown
}

/** A kind that the server knows. */
export interface KnownKind {
  readonly apiVersion: string
  readonly kind: string
  readonly plural: string
}

export interface FakeKubeApi {
  readonly url: string
  /** `PATCH /apis/apps/v1/namespaces/shop/deployments/shop`, in order. */
  readonly asked: string[]
  /** Puts an object there, or in place of the one of its name, past all clients. */
  put(object: object): ApiObject
  /** The stored object. */
  get(kind: string, name: string): ApiObject | undefined
  all(kind: string): readonly ApiObject[]
  remove(kind: string, name: string): void
  /** What a controller does after each write, such as a status. It changes objects by `put`, `status`, `remove`. */
  onWrite: (object: ApiObject) => void
  /** Writes the status as a controller does: no new generation. */
  status(kind: string, name: string, status: object): void
  /** Called before each request is answered; what it returns is answered instead. */
  intercept: (method: string, path: string) => { readonly status: number; readonly reason: string; readonly message: string } | undefined
  /** Requests that change something. */
  writes(): readonly string[]
  close(): Promise<void>
}

interface Place {
  readonly known: KnownKind
  readonly namespace: string
  readonly name: string | undefined
}

class Refused extends Error {
  readonly status: number
  readonly reason: string

  constructor(status: number, reason: string, message: string) {
    super(message)
    this.status = status
    this.reason = reason
  }
}

const keyOf = (kind: string, namespace: string, name: string): string => `${kind}/${namespace}/${name}`

/**
 * An API server as far as generic clients need one: objects of the kinds it is told of, in namespaces, with uid, resourceVersion and
 * generation, refused where the real one refuses: writes of an old version, names that are taken, patches whose tests fail. It knows no
 * schemas, no admission and no server-side apply. What it does not know breaks the connection and fails the test.
 */
export const fakeKubeApi = async (known: readonly KnownKind[]): Promise<FakeKubeApi> => {
  const objects = new Map<string, ApiObject>()
  let version = 100
  const asked: string[] = []

  const store = (next: ApiObject, before: ApiObject | undefined): ApiObject => {
    version += 1
    const isSame = before !== undefined && JSON.stringify(before['spec']) === JSON.stringify(next['spec'])
    const stored: ApiObject = structuredClone({
      ...next,
      ...(before?.['status'] !== undefined && { status: before['status'] }),
      metadata: {
        ...next.metadata,
        uid: before?.metadata.uid ?? randomUUID(),
        resourceVersion: String(version),
        generation: isSame ? before.metadata.generation : (before?.metadata.generation ?? 0) + 1,
      },
    })
    objects.set(keyOf(stored.kind, stored.metadata.namespace ?? '', stored.metadata.name), stored)
    return stored
  }
  const find = (kind: string, name: string): ApiObject | undefined =>
    [...objects.values()].find((each) => each.kind === kind && each.metadata.name === name)

  const placeOf = (path: string): Place | undefined => {
    const [, core, group, namespace = '', plural, name] =
      /^\/(?:api\/(v1)|apis\/([^/]+\/[^/]+))(?:\/namespaces\/([^/]+))?\/([^/]+)(?:\/([^/]+))?$/.exec(path) ?? []
    const kind = known.find((each) => each.apiVersion === (core ?? group) && each.plural === plural)
    return kind === undefined ? undefined : { known: kind, namespace, name: name === undefined ? undefined : decodeURIComponent(name) }
  }

  const answer = (method: string, url: URL, type: string, body: unknown): object => {
    if (url.pathname === '/apis') {
      const names = new Set(
        known.map(({ apiVersion }) => apiVersion.split('/')).flatMap(([group, rest]) => (rest === undefined ? [] : [group])),
      )
      return { kind: 'APIGroupList', apiVersion: 'v1', groups: [...names].map((name) => ({ name })) }
    }
    // Nobody here may do anything in all namespaces.
    if (url.pathname === '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews')
      return { ...(body as object), status: { allowed: false } }
    const place = placeOf(url.pathname)
    if (place === undefined) throw new Refused(404, 'NotFound', 'the server could not find the requested resource')
    const { apiVersion, kind } = place.known
    if (place.name === undefined) {
      if (method === 'GET') return listed(place, url)
      if (method !== 'POST') throw new Error(`${method} of a collection is not known`)
      const object = { apiVersion, kind, ...(body as object) } as ApiObject
      if (objects.has(keyOf(kind, place.namespace, object.metadata.name)))
        throw new Refused(409, 'AlreadyExists', `${place.known.plural} "${object.metadata.name}" already exists`)
      return written({ ...object, metadata: { ...object.metadata, namespace: place.namespace } }, undefined)
    }
    const key = keyOf(kind, place.namespace, place.name)
    const before = objects.get(key)
    if (before === undefined) throw new Refused(404, 'NotFound', `${place.known.plural} "${place.name}" not found`)
    if (method === 'GET') return before
    if (method === 'PUT') return written(sameVersion(body as ApiObject, before), before)
    if (method === 'PATCH') return written(sameVersion(patched(before, type, body), before), before)
    if (method !== 'DELETE') throw new Error(`${method} is not known`)
    const { preconditions } = (body ?? {}) as { readonly preconditions?: Partial<ApiObject['metadata']> }
    for (const [name, wanted] of Object.entries(preconditions ?? {}))
      if (wanted !== before.metadata[name as 'uid']) throw new Refused(409, 'Conflict', `the ${name} in the precondition does not match`)
    objects.delete(key)
    return { kind: 'Status', apiVersion: 'v1', status: 'Success' }
  }
  const listed = ({ known: { apiVersion, kind }, namespace }: Place, url: URL): object => {
    if (url.searchParams.has('watch')) throw new Error('watches are not known here')
    const selector = url.searchParams.get('labelSelector') ?? ''
    const items = [...objects.values()].filter(
      (each) =>
        each.kind === kind && (namespace === '' || each.metadata.namespace === namespace) && selected(selector, each.metadata.labels ?? {}),
    )
    return { apiVersion, kind: `${kind}List`, metadata: { resourceVersion: String(version) }, items }
  }
  const written = (next: ApiObject, before: ApiObject | undefined): object => {
    const stored = store(next, before)
    api.onWrite(stored)
    return stored
  }

  const server = await loopback(async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '', 'http://server')
    const method = request.method ?? ''
    asked.push(`${method} ${url.pathname}`)
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const text = Buffer.concat(chunks).toString('utf8')
    const reply = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    }
    const refuse = (status: number, reason: string, message: string): void =>
      reply(status, { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, message, code: status })
    const instead = api.intercept(method, url.pathname)
    if (instead !== undefined) return refuse(instead.status, instead.reason, instead.message)
    try {
      reply(
        method === 'POST' ? 201 : 200,
        answer(method, url, request.headers['content-type'] ?? '', text === '' ? undefined : JSON.parse(text)),
      )
    } catch (error) {
      if (error instanceof Refused) refuse(error.status, error.reason, error.message)
      else if (error instanceof PatchRefused) refuse(422, 'Invalid', error.message)
      else throw error
    }
  })

  const api: FakeKubeApi = {
    url: server.url,
    asked,
    onWrite: () => undefined,
    intercept: () => undefined,
    put: (object) => {
      const given = structuredClone(object) as ApiObject
      return store(given, objects.get(keyOf(given.kind, given.metadata.namespace ?? '', given.metadata.name)))
    },
    get: find,
    all: (kind) => [...objects.values()].filter((each) => each.kind === kind),
    remove: (kind, name) => {
      const object = find(kind, name)
      if (object !== undefined) objects.delete(keyOf(kind, object.metadata.namespace ?? '', name))
    },
    status: (kind, name, status) => {
      const object = find(kind, name)
      if (object === undefined) throw new Error(`there is no ${kind} ${name}`)
      version += 1
      object['status'] = structuredClone(status)
      object.metadata.resourceVersion = String(version)
    },
    writes: () => asked.filter((each) => !each.startsWith('GET ')),
    close: () => server.close(),
  }
  return api
}

const sameVersion = (next: ApiObject, before: ApiObject): ApiObject => {
  const { resourceVersion, uid } = next.metadata
  if (next.metadata.name !== before.metadata.name) throw new Refused(400, 'BadRequest', 'the name of the object does not match the URL')
  if (
    (resourceVersion ?? before.metadata.resourceVersion) !== before.metadata.resourceVersion ||
    (uid ?? before.metadata.uid) !== before.metadata.uid
  )
    throw new Refused(409, 'Conflict', 'the object has been modified; please apply your changes to the latest version and try again')
  return { ...next, apiVersion: before.apiVersion, kind: before.kind }
}

const patched = (before: ApiObject, type: string, body: unknown): ApiObject => {
  const { status: _kept, ...rest } = before as Stored
  if (type === 'application/json-patch+json') return jsonPatch(rest, body as readonly Operation[]) as ApiObject
  if (type === 'application/merge-patch+json') return withoutEmpty(mergePatch(rest, body)) as ApiObject
  throw new Error(`patches of the type ${type} are not known`)
}

/** The server leaves empty maps of labels and annotations out. */
const withoutEmpty = (object: unknown): unknown => {
  const { metadata, ...rest } = object as Stored
  const kept = Object.entries(metadata as Stored).filter(([, value]) => !isObject(value) || Object.keys(value).length > 0)
  return { ...rest, metadata: Object.fromEntries(kept) }
}
