import { KitError } from '@deploy-kit/core'
import { exchanged, type LoginPorts } from './ports.ts'

/** Keys that sign requests to AWS. */
export interface AwsKeys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string | undefined
}

export interface RoleLogin {
  /** `arn:aws:iam::123456789012:role/push-images`. */
  readonly role: string
  readonly region: string
  /** What the identity token is for. Default `sts.amazonaws.com`, in China `sts.amazonaws.com.cn`. */
  readonly audience?: string
  /** Shown in CloudTrail. Default `deploy-kit`. */
  readonly sessionName?: string
}

/** `.cn` where AWS of China answers. */
export const awsDomain = (region: string): string => (region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com')

/**
 * Keys for an hour in exchange for the identity of the job. The request is not signed: the token is what proves it
 * (docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html).
 * @throws KitError `registry-login-failed`
 */
export const assumeRole = async (login: RoleLogin, ports: LoginPorts, endpoint?: string): Promise<AwsKeys> => {
  if (!/^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/.test(login.role)) {
    throw new KitError(
      'registry-login-failed',
      `\`${login.role}\` is not the ARN of a role such as arn:aws:iam::123456789012:role/push-images.`,
    )
  }
  const domain = awsDomain(login.region)
  const form = new URLSearchParams({
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    RoleArn: login.role,
    RoleSessionName: login.sessionName ?? 'deploy-kit',
    DurationSeconds: '3600',
    WebIdentityToken: await ports.identityToken(login.audience ?? `sts.${domain}`),
  })
  const service = `The Security Token Service of AWS (for ${login.role})`
  const body = await exchanged(service, endpoint ?? `https://sts.${login.region}.${domain}/`, ports, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
  })
  const element = (name: string): string => {
    const value = new RegExp(`<${name}>([^<]+)</${name}>`).exec(body)?.[1]
    if (value === undefined) throw new KitError('registry-login-failed', `${service} answered without \`${name}\`.`)
    return value
  }
  const keys = { accessKeyId: element('AccessKeyId'), secretAccessKey: element('SecretAccessKey'), sessionToken: element('SessionToken') }
  ports.mask(keys.secretAccessKey)
  ports.mask(keys.sessionToken)
  return keys
}

/** The keys that a step before left in the environment (aws-actions/configure-aws-credentials); undefined when there are none. */
export const keysOfEnvironment = (environment: NodeJS.ProcessEnv): AwsKeys | undefined => {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken } = environment
  if (accessKeyId === undefined || accessKeyId === '' || secretAccessKey === undefined || secretAccessKey === '') return undefined
  return { accessKeyId, secretAccessKey, sessionToken: sessionToken === '' ? undefined : sessionToken }
}
