import { KitError, type Logger } from '@deploy-kit/core'
import { lastLines, supervise } from '@deploy-kit/core/process'
import type { BuildInputs } from './inputs.ts'

/** How cosign signs, and how everybody verifies it. */
export interface Signing {
  readonly arguments: readonly string[]
  readonly verify: readonly string[]
}

const signsWithinMs = 300_000
const issuer = 'https://token.actions.githubusercontent.com'

/**
 * What is to be given to cosign; undefined when nothing is signed.
 * @throws KitError `build-request-invalid`
 */
export const signingOf = (inputs: BuildInputs, env: NodeJS.ProcessEnv = process.env): Signing | undefined => {
  const key = inputs['sign-key']
  const options = inputs['sign-options'] ?? []
  const stranger = options.find((option) => !option.startsWith('--'))
  if (stranger !== undefined)
    throw new KitError('build-request-invalid', `\`sign-options\`: \`${stranger}\` is no option such as --name=value.`)
  if (inputs.sign === 'false') {
    if (key === undefined && options.length === 0) return undefined
    throw new KitError('build-request-invalid', '`sign-key` or `sign-options` is given, and `sign` is false.')
  }
  if (inputs.sign === 'key') {
    if (key === undefined) throw new KitError('build-request-invalid', '`sign: key` needs `sign-key`.')
    return { arguments: ['--key', key, ...options], verify: ['cosign', 'verify', '--key', 'cosign.pub'] }
  }
  if (key !== undefined) throw new KitError('build-request-invalid', '`sign: keyless` takes no `sign-key`; `sign: key` does.')
  const workflow = `${env['GITHUB_SERVER_URL'] ?? 'https://github.com'}/${env['GITHUB_WORKFLOW_REF'] ?? '<owner>/<repository>/<workflow>'}`
  return { arguments: options, verify: ['cosign', 'verify', '--certificate-identity', workflow, '--certificate-oidc-issuer', issuer] }
}

/**
 * Signs an image by its digest.
 * @throws KitError `tool-missing` without cosign, `signing-failed`
 */
export const sign = async (
  image: string,
  signing: Signing,
  { log, signal, environment }: { readonly log: Logger; readonly signal: AbortSignal; readonly environment: NodeJS.ProcessEnv },
): Promise<void> => {
  // A registry on this machine speaks HTTP.
  const plain = /^(?:127(?:\.\d+){3}|localhost)(?::\d+)?\//.test(image) ? ['--allow-http-registry'] : []
  const argv = ['sign', '--yes', ...signing.arguments, ...plain, image]
  const ended = await supervise('cosign', argv, { env: environment, deadlineMs: signsWithinMs, signal, onLine: (line) => log.debug(line) })
  if (ended.exitCode !== 0)
    throw new KitError(
      'signing-failed',
      `\`cosign sign\` ended with status ${ended.exitCode}: ${lastLines(ended.stderr || ended.stdout, 3) || 'it said nothing.'}`,
    )
  log.info(`Signed ${image}.`)
}
