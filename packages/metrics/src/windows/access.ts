import { filledHeaders } from '../http/headers.ts'
import type { SecretReference } from '../secret.ts'
import type { SourceContext } from '../source.ts'

export interface Access {
  readonly basic?: { readonly username: string; readonly password: SecretReference }
  readonly bearer?: SecretReference
  readonly 'api-key'?: SecretReference
  readonly headers?: Readonly<Record<string, string | SecretReference>>
}

/** The headers that say who asks. @throws KitError `secret-missing` */
export const accessHeaders = ({ headers, ...access }: Access, secret: SourceContext['secret']): Record<string, string> => ({
  ...filledHeaders(headers, secret),
  ...authorization(access, secret),
})

const authorization = ({ basic, bearer, 'api-key': apiKey }: Access, secret: SourceContext['secret']): Record<string, string> => {
  if (apiKey !== undefined) return { authorization: `ApiKey ${secret(apiKey)}` }
  if (bearer !== undefined) return { authorization: `Bearer ${secret(bearer)}` }
  if (basic === undefined) return {}
  return { authorization: `Basic ${Buffer.from(`${basic.username}:${secret(basic.password)}`).toString('base64')}` }
}

/** The environment variables that hold who asks, for messages. */
export const namesOf = ({ basic, bearer, 'api-key': apiKey, headers }: Access): string =>
  [apiKey, bearer, basic?.password, ...Object.values(headers ?? {})]
    .flatMap((given) => (typeof given === 'object' ? [given.env] : []))
    .join(', ')
