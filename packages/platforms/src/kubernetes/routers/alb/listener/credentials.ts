/** What `aws-actions/configure-aws-credentials` leaves in the environment, whatever it got it by. */
export interface AwsCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string | undefined
}

export const credentialsIn = (environment: Readonly<Record<string, string | undefined>>): AwsCredentials | undefined => {
  const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '', AWS_SESSION_TOKEN: token = '' } = environment
  if (accessKeyId === '' || secretAccessKey === '') return undefined
  return { accessKeyId, secretAccessKey, sessionToken: token === '' ? undefined : token }
}
