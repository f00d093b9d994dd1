import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'

/** What GitHub is asked for beside what it knows. */
export interface GitHubState {
  /** Statuses of what was uploaded, in the order in which they are asked for. */
  processing?: readonly { readonly processing_status: 'pending' | 'complete' | 'failed'; readonly errors?: readonly string[] }[]
  /** Refuses uploads in these words. */
  refusesUploads?: { readonly status: number; readonly message: string }
  /** Refuses to write comments in these words. */
  refusesComments?: { readonly status: number; readonly message: string }
  comments?: { id: number; body: string; user: { type: 'Bot' | 'User' } }[]
}

interface Upload {
  readonly commit_sha: string
  readonly ref: string
  readonly sarif: unknown
}

const token = 'ghs_forTests'

/** GitHub's REST API for code scanning and comments, as strict as its OpenAPI description, on loopback. */
export const githubServer = async (state: GitHubState = {}) => {
  const uploads: Upload[] = []
  const faults: string[] = []
  let polls = 0
  const comments = state.comments ?? []
  const server: Server = createServer((request, response) => {
    const answer = (status: number, body: unknown, headers: Record<string, string> = {}): void => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
    }
    void bodyOf(request).then((text) => {
      const url = new URL(request.url ?? '/', `http://${request.headers.host ?? ''}`)
      const route = `${request.method} ${url.pathname}`
      if (request.headers.authorization !== `Bearer ${token}`) return answer(401, { message: 'Bad credentials' })
      if (request.headers['user-agent'] === undefined || request.headers.accept !== 'application/vnd.github+json') {
        faults.push(`${route} without user-agent or accept`)
        return answer(403, { message: 'Request forbidden by administrative rules.' })
      }
      if (route === 'POST /repos/acme/shop/code-scanning/sarifs') {
        if (state.refusesUploads !== undefined) return answer(state.refusesUploads.status, { message: state.refusesUploads.message })
        const fault = faultOf(JSON.parse(text) as Record<string, unknown>)
        if (fault !== undefined) {
          faults.push(fault)
          return answer(400, { message: fault })
        }
        const { commit_sha, ref, sarif } = JSON.parse(text) as { commit_sha: string; ref: string; sarif: string }
        uploads.push({ commit_sha, ref, sarif: JSON.parse(gunzipSync(Buffer.from(sarif, 'base64')).toString('utf8')) as unknown })
        return answer(202, { id: '47177e22-5596-11eb-80a1-c1e54ef945c6', url: `${url.href}/47177e22` })
      }
      if (route.startsWith('GET /repos/acme/shop/code-scanning/sarifs/')) {
        const steps = state.processing ?? [{ processing_status: 'complete' }]
        polls += 1
        return answer(200, steps[Math.min(polls, steps.length) - 1])
      }
      if (route === 'GET /repos/acme/shop/issues/7/comments') {
        const page = Number(url.searchParams.get('page') ?? '1')
        const size = Number(url.searchParams.get('per_page') ?? '30')
        const more =
          comments.length > page * size ? { link: `<${url.origin}${url.pathname}?per_page=${size}&page=${page + 1}>; rel="next"` } : {}
        return answer(200, comments.slice((page - 1) * size, page * size), more)
      }
      const edited = /^PATCH \/repos\/acme\/shop\/issues\/comments\/(\d+)$/.exec(route)?.[1]
      if (route === 'POST /repos/acme/shop/issues/7/comments' || edited !== undefined) {
        if (state.refusesComments !== undefined) return answer(state.refusesComments.status, { message: state.refusesComments.message })
        const { body } = JSON.parse(text) as { body: string }
        if (body.length > 65_536) return answer(422, { message: 'Body is too long (maximum is 65536 characters)' })
        const found = edited === undefined ? undefined : comments.find(({ id }) => id === Number(edited))
        if (edited !== undefined && found === undefined) return answer(404, { message: 'Not Found' })
        const comment = found ?? { id: comments.length + 1, body, user: { type: 'Bot' as const } }
        comment.body = body
        if (found === undefined) comments.push(comment)
        return answer(found === undefined ? 201 : 200, {
          id: comment.id,
          html_url: `https://github.com/acme/shop/pull/7#issuecomment-${comment.id}`,
        })
      }
      faults.push(`nobody knows ${route}`)
      return answer(404, { message: 'Not Found' })
    })
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token,
    uploads,
    comments,
    faults,
    polls: () => polls,
    close: async (): Promise<void> => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

/** The description allows these and no others (`additionalProperties: false`), with the patterns below. */
const knownFields = new Set(['commit_sha', 'ref', 'sarif', 'checkout_uri', 'started_at', 'tool_name', 'validate'])

const faultOf = (body: Record<string, unknown>): string | undefined => {
  const stranger = Object.keys(body).find((key) => !knownFields.has(key))
  if (stranger !== undefined) return `unknown field ${stranger}`
  if (!/^[0-9a-f]{40}$/.test(String(body['commit_sha']))) return 'commit_sha is no SHA'
  if (!/^refs\/(?:heads\/.+|tags\/.+|pull\/\d+\/(?:merge|head))$/.test(String(body['ref']))) return 'ref is no full ref'
  if (Number.isNaN(Date.parse(String(body['started_at'])))) return 'started_at is no time'
  return undefined
}
