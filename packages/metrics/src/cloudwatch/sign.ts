import { KitError, type Clock } from '@deploy-kit/core'
import { AwsV4Signer } from 'aws4fetch'
import type { SourceContext } from '../source.ts'

export interface Unsigned {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/**
 * The headers of a POST with AWS Signature Version 4, by the credentials in the environment: what `aws-actions/configure-aws-credentials`
 * leaves there, whatever it got them by.
 * @throws KitError `secret-missing`
 */
export const signed = async (
  { url, headers, body }: Unsigned,
  region: string,
  secret: SourceContext['secret'],
  clock: Clock,
): Promise<Readonly<Record<string, string>>> => {
  const sessionToken = optional(() => secret({ env: 'AWS_SESSION_TOKEN' }))
  const signer = new AwsV4Signer({
    method: 'POST',
    url: url.href,
    headers: { ...headers },
    body,
    service: 'monitoring',
    region,
    accessKeyId: secret({ env: 'AWS_ACCESS_KEY_ID' }),
    secretAccessKey: secret({ env: 'AWS_SECRET_ACCESS_KEY' }),
    ...(sessionToken !== undefined && { sessionToken }),
    datetime: new Date(clock.now()).toISOString().replace(/[:-]|\.\d{3}/g, ''),
  })
  return Object.fromEntries((await signer.sign()).headers)
}

/** Long-lived keys have no session token. */
const optional = (read: () => string): string | undefined => {
  try {
    return read()
  } catch (error) {
    if (error instanceof KitError && error.code === 'secret-missing') return undefined
    throw error
  }
}
