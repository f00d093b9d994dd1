import { readFileSync } from 'node:fs'
import { systemClock, type ActionHost } from '@deploy-kit/core'
import { ask } from '@deploy-kit/core/process'
import { eventOf, type BuildEvent } from '@deploy-kit/image/tags'

/** What a checkout and the runner say about the sources. */
export interface Source {
  /** Last part of the repository's name. */
  readonly name: string
  readonly revision: string | undefined
  readonly url: string | undefined
  /** Time of the commit in seconds since 1970, so that the same commit gives the same digest; 0 outside of a repository. */
  readonly epoch: number
  /** The event that started the build. */
  readonly event: BuildEvent
  /** Whether everybody may read the repository, as far as the event tells. */
  readonly isPublic: boolean
}

/** Asks git and the runner. A directory that is no repository is no error. */
export const sourceOf = async (host: ActionHost, givenEpoch: number | undefined, env: NodeJS.ProcessEnv = process.env): Promise<Source> => {
  const git = (...argv: readonly string[]): Promise<string | undefined> => ask('git', argv, { cwd: host.workspace }).catch(() => undefined)
  const revision = host.run.commit ?? (await git('rev-parse', 'HEAD'))
  const epoch = givenEpoch ?? Number(env['SOURCE_DATE_EPOCH'] ?? (await git('log', '-1', '--format=%ct')) ?? 0)
  const repository = env['GITHUB_REPOSITORY']
  const url = repository === undefined ? undefined : `${env['GITHUB_SERVER_URL'] ?? 'https://github.com'}/${repository}`
  const payload = payloadIn(env['GITHUB_EVENT_PATH'])
  const told = eventOf({
    name: env['GITHUB_EVENT_NAME'] ?? '',
    ref: env['GITHUB_REF'] ?? '',
    sha: revision ?? '',
    payload,
    now: systemClock.now(),
    commitTime: epoch * 1000,
  })
  const name = repository?.split('/').at(-1) ?? 'app'
  const known = {
    ...told.repository,
    name: told.repository.name || (repository === undefined ? '' : name),
    url: told.repository.url || (url ?? ''),
  }
  return { name: name.toLowerCase(), revision, url, epoch, event: { ...told, repository: known }, isPublic: isPublic(payload) }
}

const payloadIn = (path: string | undefined): unknown => {
  if (path === undefined || path === '') return undefined
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    // A runner without a payload tells less, and nothing wrong.
    return undefined
  }
}

const isPublic = (payload: unknown): boolean =>
  (payload as { readonly repository?: { readonly private?: unknown } } | undefined)?.repository?.private === false
