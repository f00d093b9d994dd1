import { KitError } from '@deploy-kit/core'
import { supervise } from '@deploy-kit/core/process'
import type { Credentials } from '../auth/credentials.ts'

/** What every helper says when it has nothing (github.com/docker/docker-credential-helpers, credentials/error.go). */
const nothing = 'credentials not found in native keychain'

/**
 * Asks `docker-credential-<helper> get` for the credentials of a server, whose address it gets on standard input and whose answer is JSON on
 * standard output. Nothing is ever stored or erased.
 * @throws KitError `registry-login-failed`; `tool-missing`, `tool-timeout`
 */
export const askHelper = async (
  helper: string,
  server: string,
  options: { readonly environment?: NodeJS.ProcessEnv; readonly signal?: AbortSignal } = {},
): Promise<Credentials | undefined> => {
  if (!/^[\w.-]+$/.test(helper)) throw new KitError('registry-login-failed', `\`${helper}\` is not the name of a credential helper.`)
  const tool = `docker-credential-${helper}`
  const { exitCode, stdout, stderr } = await supervise(tool, ['get'], {
    input: server,
    deadlineMs: 60_000,
    ...(options.environment !== undefined && { env: options.environment }),
    ...(options.signal !== undefined && { signal: options.signal }),
  })
  if (exitCode !== 0) {
    if (stdout.includes(nothing) || stderr.includes(nothing)) return undefined
    const words = (stdout.trim() || stderr.trim()).replace(/\s+/g, ' ').slice(0, 300)
    throw new KitError('registry-login-failed', `\`${tool} get\` ended with status ${exitCode} for ${server}: ${words}`)
  }
  const { Username, Secret } = parsed(tool, stdout)
  if (Username === '<token>') return { kind: 'identity-token', token: Secret }
  return { kind: 'password', username: Username, password: Secret }
}

const parsed = (tool: string, stdout: string): { readonly Username: string; readonly Secret: string } => {
  try {
    const { Username, Secret } = JSON.parse(stdout) as { Username?: unknown; Secret?: unknown }
    if (typeof Username === 'string' && typeof Secret === 'string') return { Username, Secret }
  } catch {
    // Told below, without the output: it may hold the secret.
  }
  throw new KitError('registry-login-failed', `\`${tool} get\` did not answer with Username and Secret.`)
}
