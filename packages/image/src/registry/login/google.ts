import { KitError } from '@deploy-kit/core'
import type { Credentials } from '../auth/credentials.ts'
import { exchanged, textIn, type LoginPorts } from './ports.ts'

export interface GoogleLogin {
  /** `projects/<number>/locations/global/workloadIdentityPools/<pool>/providers/<provider>`. */
  readonly provider: string
  /** E-mail address of a service account to act as. Default: the identity itself has the rights (direct access). */
  readonly serviceAccount?: string
}

export interface GoogleEndpoints {
  readonly sts: string
  readonly iamCredentials: string
}

const google: GoogleEndpoints = { sts: 'https://sts.googleapis.com', iamCredentials: 'https://iamcredentials.googleapis.com' }
const scope = 'https://www.googleapis.com/auth/cloud-platform'

/**
 * Credentials for Artifact Registry (`*-docker.pkg.dev`, `gcr.io`) in exchange for the identity of the job, by workload identity federation:
 * cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token, then …/iamcredentials/…/generateAccessToken for a service account. The registry
 * takes the token as the password of `oauth2accesstoken` (cloud.google.com/artifact-registry/docs/docker/authentication#token).
 * @throws KitError `registry-login-failed`
 */
export const googleCredentials = async (
  login: GoogleLogin,
  ports: LoginPorts,
  endpoints: GoogleEndpoints = google,
): Promise<Credentials> => {
  if (!/^projects\/\d+\/locations\/global\/workloadIdentityPools\/[\w-]+\/providers\/[\w-]+$/.test(login.provider)) {
    throw new KitError('registry-login-failed', `\`${login.provider}\` is not the full name of a workload identity provider.`, {
      remedy:
        'Write it as projects/123456789/locations/global/workloadIdentityPools/my-pool/providers/my-provider, with the number of the project.',
    })
  }
  const identity = await ports.identityToken(`https://iam.googleapis.com/${login.provider}`)
  const json = { 'content-type': 'application/json' }
  const sts = 'The Security Token Service of Google Cloud'
  const exchange = {
    grantType: 'urn:ietf:params:oauth:grant-type:token-exchange',
    audience: `//iam.googleapis.com/${login.provider}`,
    scope,
    requestedTokenType: 'urn:ietf:params:oauth:token-type:access_token',
    subjectToken: identity,
    subjectTokenType: 'urn:ietf:params:oauth:token-type:jwt',
  }
  const federated = textIn(
    sts,
    await exchanged(sts, `${endpoints.sts}/v1/token`, ports, { method: 'POST', headers: json, body: JSON.stringify(exchange) }),
    'access_token',
  )
  ports.mask(federated)
  if (login.serviceAccount === undefined) return { kind: 'password', username: 'oauth2accesstoken', password: federated }

  const iam = `The IAM service of Google Cloud (as ${login.serviceAccount})`
  const path = `/v1/projects/-/serviceAccounts/${encodeURIComponent(login.serviceAccount)}:generateAccessToken`
  const body = await exchanged(iam, `${endpoints.iamCredentials}${path}`, ports, {
    method: 'POST',
    headers: { ...json, authorization: `Bearer ${federated}` },
    body: JSON.stringify({ scope: [scope], lifetime: '3600s' }),
  })
  const password = textIn(iam, body, 'accessToken')
  ports.mask(password)
  return { kind: 'password', username: 'oauth2accesstoken', password }
}
