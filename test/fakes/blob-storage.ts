import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'

/**
 * The storage behind GitHub's cache, as far as its clients use it: Azure's block blobs, in one piece or in blocks, read whole or from some
 * byte on (learn.microsoft.com/rest/api/storageservices: Put Blob, Put Block, Put Block List, Get Blob). It throws on everything else.
 */
export class BlobStorage {
  readonly #blobs = new Map<string, Buffer>()
  readonly #blocks = new Map<string, Buffer>()

  sizeOf(name: string): number | undefined {
    return this.#blobs.get(name)?.length
  }

  answer(name: string, request: IncomingMessage, query: URLSearchParams, body: Buffer, response: ServerResponse): void {
    if (request.headers.authorization !== undefined) throw new Error('the token was sent to the storage')
    if (!query.has('sig')) throw new Error('the storage is asked without the signature of its address')
    if (request.method === 'PUT') {
      this.#put(name, request, query, body)
      response.writeHead(201, { etag: '"1"', 'last-modified': new Date(0).toUTCString(), 'x-ms-request-id': randomUUID() }).end()
    } else if (request.method === 'GET' || request.method === 'HEAD') this.#get(name, request, response)
    else throw new Error(`unknown to the storage: ${request.method}`)
  }

  #put(name: string, request: IncomingMessage, query: URLSearchParams, body: Buffer): void {
    switch (query.get('comp')) {
      case 'block':
        this.#blocks.set(`${name} ${query.get('blockid')}`, body)
        return
      case 'blocklist': {
        const ids = [...body.toString('utf8').matchAll(/<Latest>([^<]+)<\/Latest>/g)].map(([, id]) => id)
        this.#blobs.set(name, Buffer.concat(ids.map((id) => this.#block(`${name} ${id}`))))
        return
      }
      case null:
        if (request.headers['x-ms-blob-type'] !== 'BlockBlob') throw new Error('a blob without its type')
        this.#blobs.set(name, body)
        return
      default:
        throw new Error(`unknown to the storage: comp=${query.get('comp')}`)
    }
  }

  #get(name: string, request: IncomingMessage, response: ServerResponse): void {
    const found = this.#blobs.get(name)
    if (found === undefined) throw new Error(`no such blob: ${name}`)
    const asked = String(request.headers['x-ms-range'] ?? request.headers.range ?? '')
    const [, from, to = ''] = /^bytes=(\d+)-(\d*)$/.exec(asked) ?? []
    const part = from === undefined ? found : found.subarray(Number(from), to === '' ? undefined : Number(to) + 1)
    response.writeHead(from === undefined ? 200 : 206, {
      'content-length': part.length,
      'x-ms-request-id': randomUUID(),
      ...(from !== undefined && { 'content-range': `bytes ${from}-${Number(from) + part.length - 1}/${found.length}` }),
    })
    response.end(request.method === 'HEAD' ? undefined : part)
  }

  #block(id: string): Buffer {
    const block = this.#blocks.get(id)
    if (block === undefined) throw new Error(`no such block: ${id}`)
    return block
  }
}
