import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { BlobStorage } from './blob-storage.ts'
import { loopback } from './loopback.ts'

interface Entry {
  readonly key: string
  readonly version: string
  readonly blob: string
  sizeBytes: number
  finished: boolean
}

const prefix = '/twirp/github.actions.results.api.v1.CacheService/'

/**
 * GitHub's cache service, version 2, and the storage behind it: keys are written once, restored by what they begin with, the
 * newest first, and only with the token of the job. What it does not know breaks the connection and fails the test.
 */
export const cacheService = async () => {
  const token = tokenOfJob()
  const entries: Entry[] = []
  const storage = new BlobStorage()
  let base = ''
  const server = await loopback(async (request, response) => {
    const url = new URL(request.url ?? '', base)
    const body = await bodyOf(request)
    const answer = (value: object): void => void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value))
    if (url.pathname.startsWith('/storage/'))
      return storage.answer(url.pathname.slice('/storage/'.length), request, url.searchParams, body, response)
    if (request.headers.authorization !== `Bearer ${token}`) throw new Error('a cache is asked without the token of the job')
    const asked = JSON.parse(body.toString('utf8')) as { key: string; version: string; restore_keys?: string[]; size_bytes?: string }
    switch (url.pathname.replace(prefix, '')) {
      case 'GetCacheEntryDownloadURL': {
        const ready = entries.filter(({ finished, version }) => finished && version === asked.version)
        const match =
          ready.find(({ key }) => key === asked.key) ??
          (asked.restore_keys ?? []).flatMap((start) => ready.findLast(({ key }) => key.startsWith(start)) ?? [])[0]
        return answer(
          match === undefined
            ? { ok: false }
            : { ok: true, signed_download_url: `${base}/storage/${match.blob}?sig=${randomUUID()}`, matched_key: match.key },
        )
      }
      case 'CreateCacheEntry': {
        if (asked.key.length > 512 || asked.key.includes(',')) throw new Error(`a key that GitHub refuses: ${asked.key}`)
        if (entries.some(({ key, version }) => key === asked.key && version === asked.version)) return answer({ ok: false })
        const entry = { key: asked.key, version: asked.version, blob: randomUUID(), sizeBytes: 0, finished: false }
        entries.push(entry)
        return answer({ ok: true, signed_upload_url: `${base}/storage/${entry.blob}?sig=${randomUUID()}` })
      }
      case 'FinalizeCacheEntryUpload': {
        const entry = entries.find(({ key, version }) => key === asked.key && version === asked.version)
        if (entry === undefined || storage.sizeOf(entry.blob) !== Number(asked.size_bytes)) return answer({ ok: false })
        entry.finished = true
        return answer({ ok: true, entry_id: String(entries.length) })
      }
      default:
        throw new Error(`unknown to the cache service: ${url.pathname}`)
    }
  })
  base = server.url
  return {
    /** What the runner tells a JavaScript action of it. */
    environment: {
      // Elsewhere the service of this version does not exist.
      GITHUB_SERVER_URL: 'https://github.com',
      ACTIONS_CACHE_SERVICE_V2: 'True',
      ACTIONS_RESULTS_URL: `${base}/`,
      ACTIONS_RUNTIME_TOKEN: token,
    },
    keys: (): readonly string[] => entries.filter(({ finished }) => finished).map(({ key }) => key),
    /** Forgets everything, as GitHub does with what nobody has asked for in seven days. */
    forgets: (): void => void entries.splice(0),
    [Symbol.asyncDispose]: () => server.close(),
  }
}

/** As GitHub makes it: BuildKit reads of it which branch may write, and until when it counts. */
const tokenOfJob = (): string => {
  const now = Math.floor(Date.now() / 1_000)
  const claims = { ac: JSON.stringify([{ Scope: 'refs/heads/main', Permission: 3 }]), nbf: now - 60, exp: now + 3_600, jti: randomUUID() }
  return [{ alg: 'HS256', typ: 'JWT' }, claims, 'unsigned'].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
}

const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts)
}
