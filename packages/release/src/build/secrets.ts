import { resolve } from 'node:path'
import { KitError, type ActionHost } from '@deploy-kit/core'
import type { BuildSecret } from '@deploy-kit/image'
import type { BuildInputs } from './inputs.ts'

/**
 * The secrets of a build by their ids, wherever they come from. Each value is masked from here on.
 * @throws KitError `build-request-invalid` for an id that is given twice or is none; `secret-missing`
 */
export const secretsOf = (inputs: BuildInputs, host: ActionHost, env: NodeJS.ProcessEnv = process.env): readonly BuildSecret[] => {
  const values = Object.entries(inputs.secrets ?? {}).map(([id, value]) => ({ id, from: { kind: 'value', value } }) as const)
  const variables = Object.entries(inputs['secret-envs'] ?? {}).map(
    ([id, name]) => ({ id, from: { kind: 'value', value: valueOf(id, name, env) } }) as const,
  )
  const files = Object.entries(inputs['secret-files'] ?? {}).map(
    ([id, path]) => ({ id, from: { kind: 'file', path: resolve(host.workspace, path) } }) as const,
  )
  const all: readonly BuildSecret[] = [...values, ...variables, ...files]
  for (const [index, { id, from }] of all.entries()) {
    if (!/^[\w./-]+$/.test(id))
      throw new KitError('build-request-invalid', `\`${id}\` is no id of a secret. Allowed: letters, digits, \`_\`, \`.\`, \`/\`, \`-\`.`)
    if (all.findIndex((other) => other.id === id) !== index)
      throw new KitError('build-request-invalid', `The secret \`${id}\` is given twice.`)
    if (from.kind === 'value') host.secret(from.value)
  }
  return all
}

const valueOf = (id: string, name: string, env: NodeJS.ProcessEnv): string => {
  const value = env[name] ?? ''
  if (value === '')
    throw new KitError(
      'secret-missing',
      `\`secret-envs\`: the secret \`${id}\` should come from the environment variable \`${name}\`, which is not set.`,
    )
  return value
}
