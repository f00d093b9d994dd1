import { readFile } from 'node:fs/promises'
import type { ActionHost } from '@deploy-kit/core'

/** Which commit a run of GitHub Actions is about, and whose pull request. */
export interface WorkflowRun {
  readonly apiUrl: string
  readonly repository: string
  readonly commit: string
  readonly ref: string
  readonly workspace: string
  /** Number of the pull request, and whether it comes from a fork: then the token may only read. */
  readonly pullRequest: { readonly number: number; readonly fromFork: boolean } | undefined
}

/** The run that this process is part of; undefined outside of GitHub Actions. */
export const workflowRun = async (host: ActionHost, env: NodeJS.ProcessEnv): Promise<WorkflowRun | undefined> => {
  const { GITHUB_REPOSITORY: repository, GITHUB_SHA: commit, GITHUB_REF: ref } = env
  if (repository === undefined || commit === undefined || ref === undefined) return undefined
  return {
    apiUrl: env['GITHUB_API_URL'] ?? 'https://api.github.com',
    repository,
    commit,
    ref,
    workspace: host.workspace,
    pullRequest: await pullRequestOf(env['GITHUB_EVENT_PATH'], repository),
  }
}

interface Event {
  readonly pull_request?: { readonly number?: number; readonly head?: { readonly repo?: { readonly full_name?: string } | null } }
}

const pullRequestOf = async (path: string | undefined, repository: string): Promise<WorkflowRun['pullRequest']> => {
  if (path === undefined) return undefined
  const event = await readFile(path, 'utf8')
    .then((text) => JSON.parse(text) as Event)
    .catch((): Event => ({}))
  const number = event.pull_request?.number
  // A head whose repository is gone was a fork too.
  return number === undefined ? undefined : { number, fromFork: event.pull_request?.head?.repo?.full_name !== repository }
}
