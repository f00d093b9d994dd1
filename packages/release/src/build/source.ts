import type { ActionHost } from '@deploy-kit/core'
import { ask } from '@deploy-kit/core/process'

/** What a checkout says about itself. */
export interface Source {
  /** Last part of the repository's name. */
  readonly name: string
  readonly revision: string | undefined
  readonly url: string | undefined
  /** Time of the commit in seconds since 1970, so that the same commit gives the same digest; 0 outside of a repository. */
  readonly epoch: number
}

/** Asks git and the runner. A directory that is no repository is no error. */
export const sourceOf = async (host: ActionHost, env: NodeJS.ProcessEnv = process.env): Promise<Source> => {
  const git = (...argv: readonly string[]): Promise<string | undefined> => ask('git', argv, { cwd: host.workspace }).catch(() => undefined)
  const revision = host.run.commit ?? (await git('rev-parse', 'HEAD'))
  const epoch = Number(env['SOURCE_DATE_EPOCH'] ?? (await git('log', '-1', '--format=%ct')) ?? 0)
  const repository = env['GITHUB_REPOSITORY']
  return {
    name: (repository?.split('/').at(-1) ?? 'app').toLowerCase(),
    revision,
    url: repository === undefined ? undefined : `${env['GITHUB_SERVER_URL'] ?? 'https://github.com'}/${repository}`,
    epoch,
  }
}
