import type { CredentialSource, Credentials } from '../auth/credentials.ts'
import { askHelper } from './ask-helper.ts'
import { credentialsOf, namesOf, readDockerConfig } from './docker-config.ts'

/**
 * The credentials that Docker itself would use: of the helper named for the registry, else of the store for all, else of the file. A helper
 * that finds nothing does not end the search. Each registry is looked up once.
 */
export const dockerCredentials = (
  directory: string,
  options: { readonly environment?: NodeJS.ProcessEnv; readonly signal?: AbortSignal; readonly mask?: (secret: string) => void } = {},
): CredentialSource => {
  const found = new Map<string, Promise<Credentials | undefined>>()
  const look = async (registry: string): Promise<Credentials | undefined> => {
    const { auths = {}, credHelpers = {}, credsStore } = await readDockerConfig(directory)
    const names = namesOf(registry)
    const [server = registry] = names
    const helper = names.map((name) => credHelpers[name]).find((value) => value !== undefined) ?? credsStore
    const asked = helper === undefined || helper === '' ? undefined : await askHelper(helper, server, options)
    const entry = names.map((name) => auths[name]).find((value) => value !== undefined)
    const credentials = asked ?? (entry === undefined ? undefined : credentialsOf(entry))
    if (credentials !== undefined) options.mask?.(credentials.kind === 'password' ? credentials.password : credentials.token)
    return credentials
  }
  return (registry) => {
    const looking = found.get(registry) ?? look(registry)
    found.set(registry, looking)
    return looking
  }
}
