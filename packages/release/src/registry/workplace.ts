import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { asKitError, explain, type ActionHost } from '@deploy-kit/core'
import { removeBuilder } from '@deploy-kit/image'
import {
  createRegistry,
  dockerConfigDirectory,
  dockerCredentials,
  githubIdentity,
  isolatedConfig,
  logIn,
  type Credentials,
  type Login,
  type Registry,
} from '@deploy-kit/image/registry'

/** Where images are built and scanned: a directory of its own, a registry client, and the environment of the tools. All of it is gone afterwards. */
export interface Workplace extends AsyncDisposable {
  readonly directory: string
  readonly registry: Registry
  readonly environment: NodeJS.ProcessEnv
}

/** Key of the state that main leaves for post: the directory. */
const workplaceState = 'registry-workplace'

/**
 * Opens a workplace. Logins go into a Docker configuration of its own there, so that nobody has to log out and no job beside this one sees
 * them; where there are none, tools find what the job's earlier steps have logged in.
 * @throws KitError `registry-login-failed`, `registry-denied`, `registry-unavailable`
 */
export const openWorkplace = async (
  host: ActionHost,
  logins: readonly Login[],
  signal: AbortSignal,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Workplace> => {
  await mkdir(host.temporaryDirectory, { recursive: true })
  const directory = await mkdtemp(join(host.temporaryDirectory, 'deploy-kit-registry-'))
  // Before anything is in it: a runner that is killed calls post, and post removes it.
  host.state.save(workplaceState, directory)
  const mask = (secret: string): void => host.secret(secret)
  const found = new Map<string, Credentials>()
  for (const login of logins) {
    const credentials = await logIn(login, { identityToken: githubIdentity(env, { mask, signal }), mask, signal, environment: env })
    found.set(login.registry, credentials)
  }
  const original = dockerConfigDirectory(env)
  const config = logins.length === 0 ? original : (await isolatedConfig(directory, original, found)).directory
  const stored = dockerCredentials(config, { environment: env, signal, mask })
  const credentials = async (registry: string): Promise<Credentials | undefined> => found.get(registry) ?? stored(registry)
  const registry = createRegistry({ credentials, signal, mask })
  for (const { registry: name, kind } of logins) {
    // What a build takes minutes to find out, one request says.
    await registry.signIn(name)
    host.log.info(`Logged in to ${name} (${kind}).`)
  }
  return {
    directory,
    registry,
    // buildah does not look where Docker looks.
    environment: logins.length === 0 ? env : { ...env, DOCKER_CONFIG: config, REGISTRY_AUTH_FILE: join(config, 'config.json') },
    [Symbol.asyncDispose]: () => removeWorkplace(directory, host),
  }
}

/** The post step of whatever logs in: removes what a killed main has left. Resolves to the exit status. */
export const removeLogins = async (host: ActionHost): Promise<0 | 1> => {
  const directory = host.state.read(workplaceState)
  if (directory === '') return 0
  try {
    await removeWorkplace(directory, host)
    return 0
  } catch (thrown) {
    host.fail(explain(asKitError(thrown)))
    return 1
  }
}

/** Twice is once. */
const removeWorkplace = async (directory: string, host: ActionHost): Promise<void> => {
  const ports = { log: host.log, signal: new AbortController().signal, temporaryDirectory: directory }
  await removeBuilder(ports)
  await rm(directory, { recursive: true, force: true })
}
