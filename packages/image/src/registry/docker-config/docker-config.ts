import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { KitError } from '@deploy-kit/core'
import { errnoOf } from '../../filesystem/errno.ts'
import type { Credentials } from '../auth/credentials.ts'

/** What deploy-kit reads of Docker's `config.json` (docs.docker.com/reference/cli/docker/#docker-cli-configuration-file-configjson-properties). */
export interface DockerConfig {
  readonly auths?: Readonly<Record<string, AuthEntry>>
  /** Helper for each registry, such as `ecr-login`: the program `docker-credential-ecr-login`. */
  readonly credHelpers?: Readonly<Record<string, string>>
  /** Helper for all others. */
  readonly credsStore?: string
}

interface AuthEntry {
  /** Base64 of `user:password`. */
  readonly auth?: string
  readonly identitytoken?: string
}

/** The directory of Docker's configuration: `DOCKER_CONFIG`, else `~/.docker`. */
export const dockerConfigDirectory = (environment: NodeJS.ProcessEnv = process.env): string =>
  environment['DOCKER_CONFIG'] || join(homedir(), '.docker')

/** Docker's configuration in a directory; empty when there is none. @throws KitError `registry-login-failed` when it cannot be read */
export const readDockerConfig = async (directory: string): Promise<DockerConfig> => {
  const path = join(directory, 'config.json')
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'))
    if (typeof value === 'object' && value !== null) return value
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return {}
    // The parser quotes what it read, and that may be a secret.
    if (!(error instanceof SyntaxError)) throw error
  }
  throw new KitError('registry-login-failed', `\`${path}\` is not a JSON object, so its credentials cannot be used.`, {
    remedy: 'Correct the file, or let DOCKER_CONFIG name another directory.',
  })
}

/** The names that one registry may have in `auths` and `credHelpers`; Docker Hub's is the address of an API that is long gone. */
export const namesOf = (registry: string): readonly string[] =>
  registry === 'docker.io'
    ? ['https://index.docker.io/v1/', 'docker.io', 'index.docker.io', 'registry-1.docker.io', 'https://index.docker.io']
    : [registry, `https://${registry}`, `https://${registry}/`, `https://${registry}/v1/`, `https://${registry}/v2/`]

/** The credentials of an entry of `auths`; undefined when it holds none, as entries do whose secrets are in a store. */
export const credentialsOf = ({ auth = '', identitytoken = '' }: AuthEntry): Credentials | undefined => {
  if (identitytoken !== '') return { kind: 'identity-token', token: identitytoken }
  const text = Buffer.from(auth, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon === -1 ? undefined : { kind: 'password', username: text.slice(0, colon), password: text.slice(colon + 1) }
}

/** The inverse of credentialsOf, as `docker login` writes it. */
export const entryOf = (credentials: Credentials): AuthEntry =>
  credentials.kind === 'password'
    ? { auth: Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64') }
    : { auth: Buffer.from('<token>:').toString('base64'), identitytoken: credentials.token }
