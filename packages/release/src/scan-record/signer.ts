import { resolve } from 'node:path'
import { KitError } from '@deploy-kit/core'
import type { EnvironmentConfig } from '../config/schema.ts'

/** Who must have signed the record of a scan, as the inputs say it. */
export interface SignerInputs {
  readonly 'scan-key': string | undefined
  readonly 'scan-identity': string | undefined
  readonly 'scan-verify-options': readonly string[] | undefined
}

/** Who must have signed the record of a scan. */
export interface Signer {
  /** For people. */
  readonly name: string
  /** The arguments by which cosign asks for them. */
  readonly arguments: readonly string[]
}

const githubIssuer = 'https://token.actions.githubusercontent.com'

/**
 * The signer that the inputs ask for, else the one of the configuration; undefined when nobody asks for a signature.
 * @throws KitError `input-invalid`
 */
export const signerOf = (
  inputs: SignerInputs,
  configured: EnvironmentConfig['scan'],
  { workspace, directory }: { readonly workspace: string; readonly directory: string },
): Signer | undefined => {
  const key = inputs['scan-key']
  const identity = inputs['scan-identity']
  const options = inputs['scan-verify-options'] ?? []
  if (key !== undefined && identity !== undefined)
    throw new KitError('input-invalid', '`scan-key` and `scan-identity` are given; a record is signed by one of them.')
  const stranger = options.find((option) => !option.startsWith('--'))
  // It would be an operand: another image than the one that is released.
  if (stranger !== undefined)
    throw new KitError('input-invalid', `\`scan-verify-options\`: \`${stranger}\` is no option such as --name=value.`)
  if (key !== undefined) return byKey(key, options, workspace)
  if (identity !== undefined) return byIdentity(identity, githubIssuer, options)
  const signer = configured?.['signed-by']
  if (signer === undefined) {
    if (options.length === 0) return undefined
    throw new KitError(
      'input-invalid',
      '`scan-verify-options` is given, and neither `scan-key` nor `scan-identity` says who must have signed.',
    )
  }
  const all = [...(signer.options ?? []), ...options]
  return signer.key === undefined
    ? byIdentity(signer.identity ?? '', signer.issuer ?? githubIssuer, all)
    : byKey(signer.key, all, directory)
}

/** A key in a store has a scheme (`awskms://…`, `env://…`); everything else is a file. */
const byKey = (key: string, options: readonly string[], from: string): Signer => {
  const place = key.includes('://') ? key : resolve(from, key)
  return { name: `the key ${key}`, arguments: [`--key=${place}`, ...options] }
}

const byIdentity = (identity: string, issuer: string, options: readonly string[]): Signer => ({
  name: identity,
  arguments: [`--certificate-identity=${identity}`, `--certificate-oidc-issuer=${issuer}`, ...options],
})
