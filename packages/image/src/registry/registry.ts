import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { KitError } from '@deploy-kit/core'
import { verifying } from '../layout/digest.ts'
import type { Descriptor } from '../layout/schema.ts'
import { isDigest } from '../reference/reference.ts'
import { digestLike, largestManifest, manifestTypes, mismatch, type StoredManifest } from './content.ts'
import { hostOf, placeOf, type Place } from './endpoint.ts'
import { Exchange, type RegistryOptions } from './exchange.ts'
import { refusal } from './fault.ts'
import { policyFor } from './policy.ts'
import { uploadAtOnce } from './upload.ts'

/**
 * Images in registries, by name (`ghcr.io/acme/shop`), and tag or digest. Everything that is read is checked against its digest.
 * Each method throws KitError `registry-denied`, `registry-rate-limited`, `registry-unavailable`, `registry-refused`, and
 * `image-reference-invalid` for a name that is none; those that read also `registry-not-found`, `registry-content-invalid`.
 */
export interface Registry {
  /** Asks a registry, such as `ghcr.io`, whether it takes the credentials that there are for it. What they may do, only doing it shows. */
  signIn(registry: string): Promise<void>
  /** What a tag or a digest is, without its content; undefined when the registry does not have it. */
  find(name: string, reference: string): Promise<Descriptor | undefined>
  manifest(name: string, reference: string): Promise<StoredManifest>
  /** Stores a manifest under its digest, or under a tag, which is moved when it is there. What it refers to must be there before. */
  putManifest(name: string, reference: string, manifest: StoredManifest): Promise<void>
  hasBlob(name: string, digest: string): Promise<boolean>
  /** The content of a small blob, such as a configuration. */
  readBlob(name: string, blob: Descriptor): Promise<Buffer>
  /** Writes the content of a blob to a file, whatever its size. */
  downloadBlob(name: string, blob: Descriptor, path: string): Promise<void>
  /**
   * Brings a blob into a repository: nothing is sent when it is there, or when the registry can take it over from the repository `from`.
   * `content` is asked for when it has to be sent, again with each try.
   */
  uploadBlob(name: string, blob: Descriptor, content: () => Promise<Blob>, from?: string): Promise<'present' | 'mounted' | 'uploaded'>
}

export const createRegistry = (options: RegistryOptions = {}): Registry => new HttpRegistry(new Exchange(options))

const pull = ({ repository }: Place): string => `repository:${repository}:pull`
const push = ({ repository }: Place): string => `repository:${repository}:pull,push`

const text = (response: Response): Promise<string> => response.text()

class HttpRegistry implements Registry {
  readonly #http: Exchange

  constructor(http: Exchange) {
    this.#http = http
  }

  async signIn(registry: string): Promise<void> {
    const place = { ...hostOf(registry, this.#http.insecure), repository: '' }
    // Without a scope, as `docker login` asks.
    const answer = await this.#http.ask(place, { method: 'GET', path: '', scopes: [], read: text })
    if (answer.status !== 200) throw refusal(place.registry, 'a login', answer)
  }

  async find(name: string, reference: string): Promise<Descriptor | undefined> {
    const place = this.#place(name)
    const answer = await this.#http.ask(place, { ...manifestAsk(place, reference), method: 'HEAD', scopes: [pull(place)], read: text })
    if (answer.status === 404) return undefined
    if (answer.status !== 200) throw refusal(place.registry, `the manifest ${reference} of ${name}`, answer)
    const digest = answer.headers.get('docker-content-digest')
    const length = answer.headers.get('content-length')
    if (digest !== null && length !== null && isDigest(digest)) {
      if (isDigest(reference) && digest !== reference) throw mismatch(`What ${name} has`, reference, digest)
      return { mediaType: typeIn(answer.headers), digest, size: Number(length) }
    }
    // Not every registry says it in the headers.
    const { content, ...found } = await this.manifest(name, reference)
    return { ...found, size: content.length }
  }

  async manifest(name: string, reference: string): Promise<StoredManifest> {
    const place = this.#place(name)
    const what = `the manifest ${reference} of ${name}`
    const read = (response: Response): Promise<Buffer> => limited(response, largestManifest, what)
    const answer = await this.#http.ask(place, { ...manifestAsk(place, reference), method: 'GET', scopes: [pull(place)], read })
    if (answer.status !== 200) throw refusal(place.registry, what, { status: answer.status, body: answer.body.toString('utf8') })
    const said = answer.headers.get('docker-content-digest')
    const digest = digestLike(answer.body, said ?? reference)
    if (said !== null && said !== digest) throw mismatch(what, said, digest)
    if (isDigest(reference) && reference !== digest) throw mismatch(what, reference, digestLike(answer.body, reference))
    return { digest, mediaType: typeIn(answer.headers), content: answer.body }
  }

  async putManifest(name: string, reference: string, manifest: StoredManifest): Promise<void> {
    const place = this.#place(name)
    const answer = await this.#http.ask(place, {
      method: 'PUT',
      path: `${place.repository}/manifests/${reference}`,
      scopes: [push(place)],
      headers: { 'content-type': manifest.mediaType },
      body: manifest.content,
      read: text,
    })
    if (answer.status !== 201 && answer.status !== 200)
      throw refusal(place.registry, `the manifest ${reference} to be stored in ${name}`, answer)
    const stored = answer.headers.get('docker-content-digest')
    if (stored !== null && stored !== manifest.digest) throw mismatch(`What ${name} stored as ${reference}`, manifest.digest, stored)
  }

  async hasBlob(name: string, digest: string): Promise<boolean> {
    const place = this.#place(name)
    return this.#has(place, digest, pull(place))
  }

  async readBlob(name: string, blob: Descriptor): Promise<Buffer> {
    const place = this.#place(name)
    const what = `the blob ${blob.digest} of ${name}`
    const read = (response: Response): Promise<Buffer> => limited(response, largestManifest, what)
    const answer = await this.#http.ask(place, { method: 'GET', path: blobPath(place, blob.digest), scopes: [pull(place)], read })
    if (answer.status !== 200) throw refusal(place.registry, what, { status: answer.status, body: answer.body.toString('utf8') })
    const digest = digestLike(answer.body, blob.digest)
    if (digest !== blob.digest) throw mismatch(what, blob.digest, digest)
    return answer.body
  }

  async downloadBlob(name: string, blob: Descriptor, path: string): Promise<void> {
    const place = this.#place(name)
    const what = `the blob ${blob.digest} of ${name}`
    const answer = await this.#http.ask(place, {
      method: 'GET',
      path: blobPath(place, blob.digest),
      scopes: [pull(place)],
      policy: policyFor(this.#http.policy, blob.size),
      read: async (response) => {
        if (response.status !== 200 || response.body === null) return response.text()
        const check = verifying(blob, what, (subject, expected, found) => mismatch(subject, sized(expected), sized(found)))
        await pipeline(Readable.fromWeb(response.body), check, createWriteStream(path))
        return ''
      },
    })
    if (answer.status !== 200) throw refusal(place.registry, what, answer)
  }

  async uploadBlob(
    name: string,
    blob: Descriptor,
    content: () => Promise<Blob>,
    from?: string,
  ): Promise<'present' | 'mounted' | 'uploaded'> {
    const place = this.#place(name)
    // With the scope of what follows: one token serves both.
    if (await this.#has(place, blob.digest, push(place))) return 'present'
    const source = from === undefined ? undefined : this.#place(from)
    if (source !== undefined && source.registry === place.registry && source.repository !== place.repository) {
      try {
        return await this.#upload(place, blob, content, source)
      } catch (error) {
        // Whoever may not read the other repository there may still write this one.
        if (!(error instanceof KitError) || error.code !== 'registry-denied') throw error
      }
    }
    return this.#upload(place, blob, content)
  }

  async #upload(place: Place, blob: Descriptor, content: () => Promise<Blob>, mount?: Place): Promise<'mounted' | 'uploaded'> {
    const query = mount === undefined ? '' : `?${new URLSearchParams({ mount: blob.digest, from: mount.repository }).toString()}`
    let sent = false
    const opened = async (): Promise<Blob> => {
      sent = true
      return content()
    }
    const answer = await this.#http.ask(place, {
      method: 'POST',
      path: `${place.repository}/blobs/uploads/${query}`,
      scopes: mount === undefined ? [push(place)] : [push(place), pull(mount)],
      policy: policyFor(this.#http.policy, blob.size),
      fetch: uploadAtOnce(blob, opened, (location, url) => this.#http.follow(place, location, url)),
      read: text,
    })
    const what = `the blob ${blob.digest} to be taken into ${place.repository}`
    if (answer.status !== 201) throw refusal(place.registry, what, answer)
    const stored = answer.headers.get('docker-content-digest')
    if (stored !== null && stored !== blob.digest) throw mismatch(`What ${place.repository} stored`, blob.digest, stored)
    return sent ? 'uploaded' : 'mounted'
  }

  async #has(place: Place, digest: string, scope: string): Promise<boolean> {
    const answer = await this.#http.ask(place, { method: 'HEAD', path: blobPath(place, digest), scopes: [scope], read: text })
    if (answer.status === 200 || answer.status === 404) return answer.status === 200
    throw refusal(place.registry, `the blob ${digest} of ${place.repository}`, answer)
  }

  #place(name: string): Place {
    return placeOf(name, this.#http.insecure)
  }
}

const manifestAsk = (place: Place, reference: string) => ({
  path: `${place.repository}/manifests/${reference}`,
  headers: { accept: manifestTypes.join(', ') },
})

const blobPath = (place: Place, digest: string): string => `${place.repository}/blobs/${digest}`

const typeIn = (headers: Headers): string => (headers.get('content-type') ?? '').split(';')[0]?.trim() ?? ''

const sized = ({ digest, size }: { digest: string; size: number }): string => `${size} bytes of ${digest}`

const limited = async (response: Response, limit: number, what: string): Promise<Buffer> => {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += part.length
    if (size > limit) throw new KitError('registry-content-invalid', `${what} has more than the ${limit} bytes that are allowed.`)
    parts.push(part)
  }
  return Buffer.concat(parts)
}
