import { KitError, patient, request, type Clock, type Json, type RetryPolicy } from '@deploy-kit/core'

/** An answer of GitHub's REST API. */
export interface ApiAnswer {
  readonly status: number
  readonly body: unknown
  /** Address of the next page, when there is one. */
  readonly next: string | undefined
}

/** GitHub's REST API for one repository. */
export interface GitHubApi {
  /** `path` is below the repository: `/issues/7/comments`. Statuses of refusals are answers; the caller judges them. @throws KitError `http-unreachable` */
  call(method: 'GET' | 'POST' | 'PATCH', path: string, body?: Json): Promise<ApiAnswer>
}

export interface ApiOptions {
  readonly apiUrl: string
  readonly repository: string
  readonly token: string
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** The version of the API that the shapes here are those of. */
const version = '2022-11-28'

/** Large bodies take their time; what creates something is tried again only when GitHub was too busy to take it. */
const policy: Readonly<Record<'GET' | 'POST' | 'PATCH', RetryPolicy>> = {
  GET: { ...patient, timeoutMs: 30_000 },
  PATCH: { ...patient, timeoutMs: 30_000 },
  POST: { ...patient, timeoutMs: 120_000, retryStatuses: [429, 502, 503] },
}

export const githubApi = ({ apiUrl, repository, token, clock, signal }: ApiOptions): GitHubApi => ({
  call: async (method, path, body) => {
    const base = `${apiUrl}/repos/${repository}`
    const url = path.startsWith('http') ? path : `${base}${path}`
    // A next page is GitHub's to name, and the token is for GitHub alone.
    if (!url.startsWith(`${apiUrl}/`)) throw new KitError('http-unreachable', `${url} is not below ${apiUrl}.`)
    const answer = await request(url, {
      method,
      headers: {
        accept: 'application/vnd.github+json',
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'user-agent': 'deploy-kit',
        'x-github-api-version': version,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      policy: policy[method],
      clock,
      signal,
    })
    return { status: answer.status, body: parse(answer.body), next: /<([^>]+)>;\s*rel="next"/.exec(answer.headers.get('link') ?? '')?.[1] }
  },
})

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** What GitHub says about a refusal. */
export const refusalOf = ({ status, body }: ApiAnswer): string => {
  const message = typeof body === 'object' && body !== null && 'message' in body ? String(body.message) : String(body).slice(0, 200)
  return `status ${status}: ${message}`
}
