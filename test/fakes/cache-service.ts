import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
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
  const token = randomUUID()
  const entries: Entry[] = []
  const blobs = new Map<string, Buffer>()
  let base = ''
  const server = await loopback(async (request, response) => {
    const url = new URL(request.url ?? '', base)
    const body = await bodyOf(request)
    const answer = (value: object): void => void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value))
    if (url.pathname.startsWith('/storage/')) {
      if (request.headers.authorization !== undefined) throw new Error('the token was sent to the storage')
      const name = url.pathname.slice('/storage/'.length)
      if (request.method === 'PUT' && request.headers['x-ms-blob-type'] === 'BlockBlob') {
        blobs.set(name, body)
        return void response.writeHead(201, { etag: '"1"', 'last-modified': new Date(0).toUTCString() }).end()
      }
      const found = blobs.get(name)
      if (found === undefined) throw new Error(`no such blob: ${name}`)
      const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? []
      const part = from === undefined ? found : found.subarray(Number(from), Number(to) + 1)
      response.writeHead(from === undefined ? 200 : 206, {
        'content-length': part.length,
        ...(from !== undefined && { 'content-range': `bytes ${from}-${to}/${found.length}` }),
      })
      return void response.end(request.method === 'HEAD' ? undefined : part)
    }
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
        if (entry === undefined || blobs.get(entry.blob)?.length !== Number(asked.size_bytes)) return answer({ ok: false })
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
    [Symbol.asyncDispose]: () => server.close(),
  }
}

const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts)
}
