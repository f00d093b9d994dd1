import type { IncomingHttpHeaders } from 'node:http'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { KitError, type Json } from '@deploy-kit/core'
import { leaseDocument } from '@deploy-kit/rollout'
import type { z } from 'zod'
import { holderHeader } from '../../protocol.ts'
import type { Apps } from '../apps.ts'
import { requireLease } from '../lease-of.ts'
import type { Place } from '../place.ts'
import { logTail } from '../process/log-tail.ts'
import { logDirectory, logName } from '../versions.ts'
import { viewOf } from '../view.ts'
import { prepareBody, promoteBody, weightBody } from './bodies.ts'

export interface Call {
  readonly apps: Apps
  /** Stores what the edge knows apart from its apps. */
  readonly saveEdge: () => Promise<void>
  /** The variable parts of the path. */
  readonly words: readonly string[]
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly body: unknown
}

export interface Answer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** A string goes as text, anything else as JSON. */
  readonly body?: unknown
}

interface Route {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE'
  readonly path: RegExp
  readonly answer: (call: Call) => Answer | Promise<Answer>
}

const known = ({ apps, words: [name = ''] }: Call): Place => {
  const place = apps.find(name)
  if (place !== undefined) return place
  throw new KitError('app-unknown', `No app \`${name}\` is known here.`)
}

/** The app, for a change that only the holder of the lease may make. */
const leased = (call: Call): Place => {
  const place = known(call)
  requireLease(place.app.documents, call.headers[holderHeader]?.toString())
  return place
}

const parse = <T>(schema: z.ZodType<T>, body: unknown): T => {
  const { data, error } = schema.safeParse(body ?? {})
  if (error === undefined) return data
  const faults = error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')
  throw new KitError('input-invalid', `The body is not what is expected here: ${faults}.`)
}

const view = async ({ app, url }: Place): Promise<Answer> => ({ body: await viewOf(app, url) })

/** The version in `If-Match: "7"`; undefined for `If-None-Match: *`, which asks that there is no document. */
const expectedVersion = (headers: IncomingHttpHeaders): string | undefined => {
  const match = /^"([^"]+)"$/.exec(headers['if-match'] ?? '')?.[1]
  if (match !== undefined) return match
  if (headers['if-none-match'] === '*') return undefined
  throw new KitError('input-invalid', 'A document is written with `If-Match: "<version>"`, or with `If-None-Match: *` when there is none.')
}

const documentName = ({ words: [, name = ''] }: Call): string => {
  if (/^[a-z0-9][a-z0-9._-]{0,99}$/.test(name)) return name
  throw new KitError('input-invalid', `\`${name}\` is no name of a document: small letters, digits, \`.\`, \`_\` and \`-\`, at most 100.`)
}

export const routes: readonly Route[] = [
  { method: 'GET', path: /^\/healthz$/, answer: () => ({ body: { ok: true } }) },
  { method: 'GET', path: /^\/metrics$/, answer: ({ apps }) => ({ body: apps.metrics() }) },
  {
    method: 'GET',
    path: /^\/v1\/apps$/,
    answer: async ({ apps }) => ({ body: await Promise.all(apps.places.map(({ app, url }) => viewOf(app, url))) }),
  },
  { method: 'GET', path: /^\/v1\/apps\/([^/]+)$/, answer: (call) => view(known(call)) },
  {
    method: 'POST',
    path: /^\/v1\/apps\/([^/]+)\/prepare$/,
    answer: async (call) => {
      const place = leased(call)
      const body = parse(prepareBody, call.body)
      await call.apps.listenFor(place)
      await call.saveEdge()
      await place.app.prepare(body)
      return { ...(await view(place)), status: 202 }
    },
  },
  {
    method: 'PUT',
    path: /^\/v1\/apps\/([^/]+)\/weight$/,
    answer: async (call) => {
      const place = leased(call)
      await place.app.shift(parse(weightBody, call.body))
      return view(place)
    },
  },
  {
    method: 'POST',
    path: /^\/v1\/apps\/([^/]+)\/promote$/,
    answer: async (call) => {
      const place = leased(call)
      await place.app.promote(parse(promoteBody, call.body))
      return view(place)
    },
  },
  {
    method: 'POST',
    path: /^\/v1\/apps\/([^/]+)\/discard$/,
    answer: async (call) => {
      const place = leased(call)
      await place.app.discard()
      return view(place)
    },
  },
  {
    method: 'GET',
    path: /^\/v1\/apps\/([^/]+)\/documents\/([^/]+)$/,
    answer: (call) => {
      const name = documentName(call)
      const document = known(call).app.documents.read(name)
      // No code: whoever asks for a document that is not there is told so, and nothing is wrong.
      if (document === undefined) return { status: 404, body: {} }
      const { value, version, ageMs } = document
      return { headers: { etag: `"${version}"` }, body: { value, ageMs } }
    },
  },
  {
    method: 'PUT',
    path: /^\/v1\/apps\/([^/]+)\/documents\/([^/]+)$/,
    answer: async (call) => {
      const name = documentName(call)
      const expected = expectedVersion(call.headers)
      const place = call.apps.findOrMake(call.words[0] ?? '')
      const version = place.app.documents.write(name, (call.body ?? null) as Json, expected)
      if (name === leaseDocument) place.app.deadMan.arm()
      await place.save()
      return { headers: { etag: `"${version}"` } }
    },
  },
  {
    method: 'DELETE',
    path: /^\/v1\/apps\/([^/]+)\/documents\/([^/]+)$/,
    answer: async (call) => {
      const name = documentName(call)
      const place = known(call)
      place.app.documents.remove(name, expectedVersion(call.headers) ?? '')
      if (name === leaseDocument) place.app.deadMan.disarm()
      await place.save()
      return {}
    },
  },
  {
    method: 'GET',
    path: /^\/v1\/apps\/([^/]+)\/versions\/(sha256:[0-9a-f]{64})\/logs$/,
    answer: async ({ apps, words: [app = '', digest = ''], query, ...call }) => {
      known({ apps, words: [app], query, ...call })
      const directory = logDirectory(apps.settings.stateDir, app)
      const own = (await readdir(directory).catch((): string[] => [])).filter((name) =>
        name.startsWith(logName(digest, 0).replace(/0\.log$/, '')),
      )
      const lines = Math.min(10_000, Math.max(1, Number(query.get('lines') ?? '100') || 100))
      const tails = await Promise.all(own.toSorted().map((name) => logTail(join(directory, name), lines)))
      return { body: `${tails.join('\n')}\n` }
    },
  },
]
