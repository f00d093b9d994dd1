import { mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Credentials } from '../auth/credentials.ts'
import { entryOf, namesOf, readDockerConfig } from './docker-config.ts'

/** A Docker configuration for this job alone. */
export interface IsolatedConfig {
  /** What `DOCKER_CONFIG` must say for engines to use it. */
  readonly directory: string
  /** Removes it, with all that was logged in. Twice is once. */
  remove(): Promise<void>
}

/** What engines keep beside `config.json`, and must find again: plugins such as buildx, its builders, contexts. */
const shared = ['cli-plugins', 'buildx', 'contexts']

/**
 * Makes a copy of Docker's configuration with these logins in it, readable for its owner only. The original is read and never written, so that
 * nothing has to be logged out of it, and jobs beside this one on the same machine see none of it. Helpers keep their registries, except
 * those logged in here.
 * @param base the directory of the original, which need not be there
 * @param parent where the copy is made
 */
export const isolatedConfig = async (parent: string, base: string, logins: ReadonlyMap<string, Credentials>): Promise<IsolatedConfig> => {
  const original = await readDockerConfig(base)
  const own = new Set([...logins.keys()].flatMap(namesOf))
  const without = <T>(entries: Readonly<Record<string, T>> = {}): Record<string, T> =>
    Object.fromEntries(Object.entries(entries).filter(([name]) => !own.has(name)))
  const { credsStore, ...rest } = original
  // A store for all would hide what is logged in here, so it becomes the helper of the registries it has served.
  const stored =
    credsStore === undefined || credsStore === '' ? [] : Object.keys(without(original.auths)).map((name) => [name, credsStore] as const)
  const config = {
    ...rest,
    auths: {
      ...without(original.auths),
      ...Object.fromEntries([...logins].map(([registry, credentials]) => [namesOf(registry)[0], entryOf(credentials)])),
    },
    credHelpers: { ...Object.fromEntries(stored), ...without(original.credHelpers) },
  }
  // Made with the mode 0700.
  const directory = await mkdtemp(join(parent, 'docker-config-'))
  try {
    await writeFile(join(directory, 'config.json'), JSON.stringify(config), { mode: 0o600 })
    for (const name of shared) {
      const isThere = await stat(join(base, name)).then(
        (found) => found.isDirectory(),
        () => false,
      )
      if (isThere) await symlink(join(base, name), join(directory, name), 'junction')
    }
  } catch (error) {
    await rm(directory, { recursive: true, force: true })
    throw error
  }
  return { directory, remove: () => rm(directory, { recursive: true, force: true }) }
}
