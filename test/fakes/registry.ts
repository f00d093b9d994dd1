import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { loopback, type Loopback } from './loopback.ts'

/** How this registry wants to be shown who asks. */
export type Guard = 'open' | 'basic' | 'token'

export interface FakeRegistry {
  /** `127.0.0.1:port`. */
  readonly host: string
  /** Method and path of each request, in order, those of the token server as `TOKEN <scopes>`. */
  readonly asked: string[]
  /** Repository -> digest -> content. */
  readonly blobs: Map<string, Map<string, Buffer>>
  /** Repository -> tag or digest -> manifest. */
  readonly manifests: Map<string, Map<string, { readonly type: string; readonly content: Buffer }>>
  /** Answers the next requests that fit with a fault instead, once each. */
  readonly faults: {
    readonly on: RegExp
    readonly status: number
    readonly headers?: Readonly<Record<string, string>>
    readonly body?: string
  }[]
  /** Cuts the connection in the middle of the content of a blob, once each. */
  cuts: number
  /** Sends another content than was asked for. */
  forges: boolean
  /** A repository that the token server gives nobody any access to: a request for it is refused as a whole. */
  hidden: string | undefined
  /** Takes back all tokens. */
  revoke(): void
  close(): Promise<void>
}

export const user = { kind: 'password', username: 'kit', password: 'correct horse' } as const
export const digestOf = (content: Buffer | string): string => `sha256:${createHash('sha256').update(content).digest('hex')}`

interface Options {
  readonly guard?: Guard
  /** Whether blobs are fetched from another server, by a signed address, as GHCR and Docker Hub do. */
  readonly storesElsewhere?: boolean
  /** Seconds that a token lives. */
  readonly tokenLife?: number
  /** Whether blobs can be taken over from another repository. */
  readonly mounts?: boolean
}

const error = (code: string, message: string): string => JSON.stringify({ errors: [{ code, message, detail: {} }] })

/**
 * A registry by the OCI distribution specification 1.1: strict about scopes, states of uploads, digests, content types, and that what a
 * manifest refers to is there before it. What it does not know breaks the connection and fails the test.
 */
export const fakeRegistry = async (options: Options = {}): Promise<FakeRegistry> => {
  const guard = options.guard ?? 'open'
  const uploads = new Map<string, string>()
  const tokens = new Map<string, readonly string[]>()
  const state: Omit<FakeRegistry, 'host' | 'close' | 'revoke'> = {
    asked: [],
    blobs: new Map(),
    manifests: new Map(),
    faults: [],
    cuts: 0,
    forges: false,
    hidden: undefined,
  }

  const tokenServer = await loopback(async (request, response) => {
    const url = new URL(request.url ?? '', 'http://token')
    const form = request.method === 'POST' ? new URLSearchParams((await bodyOf(request)).toString()) : undefined
    const scopes = (form?.get('scope')?.split(' ') ?? url.searchParams.getAll('scope')).toSorted()
    state.asked.push(`TOKEN ${scopes.join(' ')}`)
    if (scopes.some((scope) => scope.split(':')[1] === state.hidden)) {
      response.writeHead(403).end(error('DENIED', 'requested access to the resource is denied'))
      return
    }
    if ((form ?? url.searchParams).get('service') !== 'fake registry') throw new Error('the token is for another service')
    const expected = `Basic ${Buffer.from(`${user.username}:${user.password}`).toString('base64')}`
    const isKnown =
      form === undefined
        ? request.headers.authorization === expected
        : form.get('refresh_token') === 'refresh' && form.get('grant_type') === 'refresh_token'
    if (!isKnown && request.headers.authorization !== undefined)
      return void response.writeHead(401).end(error('UNAUTHORIZED', 'incorrect username or password'))
    const granted = isKnown ? scopes : scopes.map((scope) => scope.replace(',push', ''))
    const token = `token-${state.asked.length}`
    tokens.set(token, granted)
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ token, ...(options.tokenLife !== undefined && { expires_in: options.tokenLife }) }))
  })

  const storage = await loopback((request, response) => {
    if (request.headers.authorization !== undefined) throw new Error('credentials were sent to the storage')
    const [, repository = '', digest = ''] = /^\/signed\/(.+)\/(sha256:.+)\?signature=/.exec(request.url ?? '') ?? []
    send(response, state.blobs.get(repository)?.get(digest))
  })

  const send = (response: ServerResponse, content: Buffer | undefined): void => {
    if (content === undefined) throw new Error('storage has no such blob')
    const sent = state.forges ? Buffer.from(content.toString('latin1').replace(/^./, '!'), 'latin1') : content
    response.writeHead(200, { 'content-length': sent.length })
    if (state.cuts > 0) {
      state.cuts -= 1
      response.write(sent.subarray(0, Math.floor(sent.length / 2)), () => response.destroy())
    } else response.end(sent)
  }

  const server: Loopback = await loopback(async (request, response) => {
    const url = new URL(request.url ?? '', 'http://registry')
    const line = `${request.method} ${url.pathname}${url.searchParams.has('mount') ? '?mount' : ''}`
    if (request.method === 'GET' && url.pathname === '/v2/') {
      state.asked.push(line)
      if (isAllowed(request, [])) response.writeHead(200).end('{}')
      else
        response
          .writeHead(401, { 'www-authenticate': challengeFor('repository:user/image:pull') })
          .end(error('UNAUTHORIZED', 'authentication required'))
      return
    }
    const [, repository = '', kind = '', rest = ''] = /^\/v2\/(.+?)\/(manifests|blobs)\/(.*)$/.exec(url.pathname) ?? []
    // How clients of the Go kind find out whom they speak with.
    if (url.pathname === '/v2/' && guard === 'open') return void response.writeHead(200).end('{}')
    if (kind === '') throw new Error(`unknown to the registry: ${line}`)
    state.asked.push(line)
    const body = await bodyOf(request)
    const fault = state.faults.findIndex(({ on }) => on.test(line))
    const [planned] = fault === -1 ? [] : state.faults.splice(fault, 1)
    if (planned !== undefined) return void response.writeHead(planned.status, planned.headers).end(planned.body ?? '')

    const writes = request.method === 'PUT' || request.method === 'POST'
    const needed = [`repository:${repository}:${writes ? 'pull,push' : 'pull'}`]
    const from = url.searchParams.get('from')
    if (from !== null) needed.push(`repository:${from}:pull`)
    if (!isAllowed(request, needed)) {
      return void response
        .writeHead(401, { 'www-authenticate': challengeFor(needed[0] ?? ''), 'content-type': 'application/json' })
        .end(error('UNAUTHORIZED', 'authentication required'))
    }
    const blobs = of(state.blobs, repository)
    const manifests = of(state.manifests, repository)
    if (kind === 'manifests' && (request.method === 'GET' || request.method === 'HEAD')) {
      const found = manifests.get(rest)
      if (found === undefined)
        return void response.writeHead(404).end(request.method === 'HEAD' ? '' : error('MANIFEST_UNKNOWN', 'manifest unknown'))
      if (!(request.headers.accept ?? '').includes(found.type)) throw new Error(`the type ${found.type} was not asked for`)
      const content = state.forges ? Buffer.from(`${found.content.toString()} `) : found.content
      response.writeHead(200, {
        'content-type': found.type,
        'docker-content-digest': digestOf(found.content),
        'content-length': content.length,
      })
      return void response.end(request.method === 'HEAD' ? '' : content)
    }
    if (kind === 'manifests' && request.method === 'PUT') {
      const value = JSON.parse(body.toString()) as {
        manifests?: { digest: string }[]
        config?: { digest: string }
        layers?: { digest: string; mediaType: string }[]
      }
      const missing = [
        ...(value.manifests ?? []).filter(({ digest }) => !manifests.has(digest)),
        ...[value.config, ...(value.layers ?? []).filter(({ mediaType }) => !mediaType.includes('foreign'))].filter(
          (part) => part !== undefined && !blobs.has(part.digest),
        ),
      ]
      if (missing.length > 0)
        return void response.writeHead(404).end(error('MANIFEST_BLOB_UNKNOWN', `blob unknown to registry: ${missing[0]?.digest}`))
      const digest = digestOf(body)
      if (rest.startsWith('sha256:') && rest !== digest)
        return void response.writeHead(400).end(error('DIGEST_INVALID', 'provided digest did not match uploaded content'))
      const stored = { type: request.headers['content-type'] ?? '', content: body }
      manifests.set(rest, stored).set(digest, stored)
      return void response.writeHead(201, { 'docker-content-digest': digest, location: `/v2/${repository}/manifests/${digest}` }).end()
    }
    if (kind === 'blobs' && (request.method === 'GET' || request.method === 'HEAD')) {
      const found = blobs.get(rest)
      if (found === undefined)
        return void response.writeHead(404).end(request.method === 'HEAD' ? '' : error('BLOB_UNKNOWN', 'blob unknown to registry'))
      if (request.method === 'HEAD')
        return void response.writeHead(200, { 'content-length': found.length, 'docker-content-digest': rest }).end()
      if (options.storesElsewhere === true)
        return void response.writeHead(307, { location: `${storage.url}/signed/${repository}/${rest}?signature=abc` }).end()
      return send(response, found)
    }
    if (kind === 'blobs' && request.method === 'POST' && rest === 'uploads/') {
      if (body.length > 0) throw new Error('an upload is opened without content')
      const mount = url.searchParams.get('mount')
      const source = mount === null ? undefined : state.blobs.get(from ?? '')?.get(mount)
      if (mount !== null && source !== undefined && options.mounts !== false) {
        blobs.set(mount, source)
        return void response.writeHead(201, { 'docker-content-digest': mount, location: `/v2/${repository}/blobs/${mount}` }).end()
      }
      const id = `upload-${uploads.size}`
      uploads.set(id, repository)
      return void response.writeHead(202, { location: `/v2/${repository}/blobs/uploads/${id}?_state=a%2Bb==` }).end()
    }
    if (kind === 'blobs' && request.method === 'PUT' && rest.startsWith('uploads/')) {
      const id = rest.slice('uploads/'.length)
      if (!/\?_state=a%2Bb==&digest=/.test(request.url ?? '')) throw new Error(`the state of the upload was changed: ${request.url}`)
      if (request.headers['content-type'] !== 'application/octet-stream') throw new Error('content of a blob has another type')
      if (Number(request.headers['content-length']) !== body.length) throw new Error('the length of the content is not told')
      if (uploads.get(id) !== repository) return void response.writeHead(404).end(error('BLOB_UPLOAD_UNKNOWN', 'upload unknown'))
      uploads.delete(id)
      const digest = url.searchParams.get('digest') ?? ''
      if (digest !== digestOf(body))
        return void response.writeHead(400).end(error('DIGEST_INVALID', 'provided digest did not match uploaded content'))
      blobs.set(digest, body)
      return void response.writeHead(201, { 'docker-content-digest': digest, location: `/v2/${repository}/blobs/${digest}` }).end()
    }
    throw new Error(`unknown to the registry: ${line}`)
  })

  const challengeFor = (scope: string): string =>
    guard === 'basic' ? 'Basic realm="fake"' : `Bearer realm="${tokenServer.url}/token",service="fake registry",scope="${scope}"`

  const isAllowed = (request: IncomingMessage, needed: readonly string[]): boolean => {
    const given = request.headers.authorization
    if (guard === 'open') return true
    if (guard === 'basic') return given === `Basic ${Buffer.from(`${user.username}:${user.password}`).toString('base64')}`
    const granted = tokens.get(given?.replace('Bearer ', '') ?? '')
    return (
      granted !== undefined && needed.every((scope) => granted.includes(scope) || granted.includes(scope.replace(':pull', ':pull,push')))
    )
  }

  return Object.assign(state, {
    host: server.url.replace('http://', ''),
    revoke: () => tokens.clear(),
    close: async () => {
      await server.close()
      await tokenServer.close()
      await storage.close()
    },
  })
}

const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts)
}

const of = <T>(map: Map<string, Map<string, T>>, key: string): Map<string, T> => {
  const inner = map.get(key) ?? new Map<string, T>()
  map.set(key, inner)
  return inner
}
