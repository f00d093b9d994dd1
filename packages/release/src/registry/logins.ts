import { KitError } from '@deploy-kit/core'
import type { Login } from '@deploy-kit/image/registry'
import { parseReference } from '@deploy-kit/image'

/** The inputs that say how the step gets into registries. */
export interface LoginInputs {
  readonly 'registry-username': string | undefined
  readonly 'registry-password': string | undefined
  readonly 'registry-logins': Readonly<Record<string, string>> | undefined
  readonly 'registry-identities': readonly string[] | undefined
}

/**
 * How the job gets credentials, for each registry once. Nobody has been asked for any then.
 * @throws KitError `build-request-invalid`
 */
export const loginsOf = (inputs: LoginInputs, names: readonly string[], env: NodeJS.ProcessEnv = process.env): readonly Login[] => {
  const passwords = Object.entries(inputs['registry-logins'] ?? {}).map(([registry, text]) => passwordOf(registry, text))
  const identities = (inputs['registry-identities'] ?? []).map(identityOf)
  const logins = [...firstLogin(inputs, names, env), ...passwords, ...identities]
  const twice = logins.find(({ registry }, index) => logins.findIndex((other) => other.registry === registry) !== index)
  if (twice !== undefined) throw new KitError('build-request-invalid', `There are two logins for ${twice.registry}; one is needed.`)
  return logins
}

const firstLogin = (inputs: LoginInputs, [name]: readonly string[], env: NodeJS.ProcessEnv): readonly Login[] => {
  const [username, password] = [inputs['registry-username'] ?? env['GITHUB_ACTOR'] ?? '', inputs['registry-password']]
  if (password === undefined) {
    if (inputs['registry-username'] === undefined) return []
    throw new KitError('build-request-invalid', '`registry-username` is given without `registry-password`.')
  }
  if (username === '') throw new KitError('build-request-invalid', '`registry-password` is given without `registry-username`.')
  if (name === undefined) throw new KitError('build-request-invalid', '`registry-password` is given, and the image is in none.')
  return [{ kind: 'password', registry: parseReference(name).registry ?? 'docker.io', username, password }]
}

const passwordOf = (registry: string, text: string): Login => {
  const colon = text.indexOf(':')
  if (colon < 1) throw new KitError('build-request-invalid', `\`registry-logins\`: the login for ${registry} is not name:password.`)
  return { kind: 'password', registry, username: text.slice(0, colon), password: text.slice(colon + 1) }
}

const identityOf = (line: string): Login => {
  const [registry = '', kind = '', ...options] = line.split(',').map((part) => part.trim())
  const given = new Map(options.map((option) => [option.slice(0, option.indexOf('=')), option.slice(option.indexOf('=') + 1)]))
  const known = fields[kind]
  const stranger = [...given.keys()].find((key) => known?.includes(key) !== true)
  if (registry === '' || known === undefined || stranger !== undefined) throw notKnown(line)
  const required = (key: string): string => {
    const value = given.get(key)
    if (value === undefined || value === '')
      throw new KitError('build-request-invalid', `\`registry-identities\`: \`${line}\` needs ${key}=….`)
    return value
  }
  const optional = <K extends string>(key: string, name: K): Partial<Record<K, string>> =>
    given.has(key) ? ({ [name]: required(key) } as Record<K, string>) : {}
  if (kind === 'aws') return { kind, registry, ...optional('role', 'role'), ...optional('audience', 'audience') }
  if (kind === 'google') return { kind, registry, provider: required('provider'), ...optional('service-account', 'serviceAccount') }
  return { kind: 'docker-hub', registry, organization: required('organization'), connection: required('connection') }
}

const fields: Readonly<Record<string, readonly string[]>> = {
  aws: ['role', 'audience'],
  google: ['provider', 'service-account'],
  'docker-hub': ['organization', 'connection'],
}

const notKnown = (line: string): KitError =>
  new KitError(
    'build-request-invalid',
    `\`registry-identities\`: \`${line}\` is no login. Allowed: host, then ${Object.entries(fields)
      .map(([kind, keys]) => `${kind} (${keys.join(', ')})`)
      .join(' or ')}, separated by commas.`,
  )
