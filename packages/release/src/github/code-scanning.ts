import { gzipSync } from 'node:zlib'
import type { Clock } from '@deploy-kit/core'
import { refusalOf, type GitHubApi } from './github-api.ts'
import type { WorkflowRun } from './workflow-run.ts'

/** What became of a SARIF. */
export type Upload =
  | { readonly state: 'taken'; readonly id: string }
  /** Taken and not read yet when the time was up. */
  | { readonly state: 'pending'; readonly id: string }
  /** Not to be had here: a fork, or a repository without code scanning. */
  | { readonly state: 'not-available'; readonly why: string }
  | { readonly state: 'failed'; readonly why: string }

/** GitHub takes at most this, gzipped (docs: SARIF support for code scanning). */
const largestGzip = 10 * 1024 * 1024

/** As codeql-action waits: five times, from 5 s on and doubled. */
const firstPauseMs = 5_000
const looks = 5

/**
 * Hands a SARIF to code scanning and waits until GitHub has read it: it is taken at once, and what is wrong with it is only
 * said afterwards.
 */
export const uploadSarif = async (
  sarif: string,
  run: WorkflowRun,
  api: GitHubApi,
  { clock, signal, startedAt }: { readonly clock: Clock; readonly signal: AbortSignal; readonly startedAt: number },
): Promise<Upload> => {
  const zipped = gzipSync(sarif)
  if (zipped.length > largestGzip) return { state: 'failed', why: `it has ${zipped.length} bytes gzipped, and GitHub takes ${largestGzip}` }
  const answer = await api.call('POST', '/code-scanning/sarifs', {
    commit_sha: run.commit,
    ref: run.ref,
    sarif: zipped.toString('base64'),
    checkout_uri: `file://${run.workspace}`,
    started_at: new Date(startedAt).toISOString(),
    tool_name: 'Trivy',
  })
  if (answer.status === 403 || answer.status === 404) return { state: 'not-available', why: explained(refusalOf(answer), run) }
  const id = idOf(answer.body)
  if (answer.status !== 202 || id === undefined) return { state: 'failed', why: refusalOf(answer) }
  return await awaitProcessing(id, api, clock, signal)
}

const awaitProcessing = async (id: string, api: GitHubApi, clock: Clock, signal: AbortSignal): Promise<Upload> => {
  for (let look = 0; look < looks; look += 1) {
    await clock.sleep(firstPauseMs * 2 ** look, signal)
    const { status, body } = await api.call('GET', `/code-scanning/sarifs/${id}`)
    const { processing_status: state, errors = [] } = (status === 200 ? body : {}) as {
      processing_status?: string
      errors?: readonly string[]
    }
    if (state === 'complete') return { state: 'taken', id }
    if (state === 'failed') return { state: 'failed', why: errors.length === 0 ? 'GitHub could not read it' : errors.join('; ') }
  }
  return { state: 'pending', id }
}

const idOf = (body: unknown): string | undefined =>
  typeof body === 'object' && body !== null && 'id' in body && typeof body.id === 'string' ? body.id : undefined

const explained = (refusal: string, { pullRequest }: WorkflowRun): string => {
  if (pullRequest?.fromFork === true) return `the pull request comes from a fork, whose token may only read (${refusal})`
  return `${refusal}. Code scanning must be enabled (private repositories need GitHub Code Security), and the job needs security-events: write`
}
