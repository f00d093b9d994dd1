import { KitError, systemClock } from '@deploy-kit/core'
import { AwsV4Signer } from 'aws4fetch'
import type { Credentials } from '../auth/credentials.ts'
import { awsDomain, type AwsKeys } from './aws-keys.ts'
import { exchanged, textIn, type LoginPorts } from './ports.ts'

/** An ECR registry, by its host. */
export interface EcrPlace {
  readonly region: string
  readonly kind: 'private' | 'public'
  /** Whether its FIPS endpoints are meant. */
  readonly fips: boolean
}

/**
 * What the host of a registry says when it is one of ECR (docs.aws.amazon.com/general/latest/gr/ecr.html); undefined when it is not.
 * Public images are kept in us-east-1.
 */
export const ecrPlaceOf = (registry: string): EcrPlace | undefined => {
  if (registry === 'public.ecr.aws' || registry === 'ecr-public.aws.com') return { region: 'us-east-1', kind: 'public', fips: false }
  const found = /^\d{12}\.dkr[.-]ecr(-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|on\.aws|on\.amazonwebservices\.com\.cn)$/.exec(
    registry,
  )
  return found?.[2] === undefined ? undefined : { region: found[2], kind: 'private', fips: found[1] !== undefined }
}

/**
 * Credentials for twelve hours of an ECR registry, by keys of AWS and a request signed with them
 * (docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html, and …/AmazonECRPublic/…).
 * @throws KitError `registry-login-failed`
 */
export const ecrCredentials = async (
  place: EcrPlace,
  keys: AwsKeys,
  ports: Omit<LoginPorts, 'identityToken'>,
  endpoint?: string,
): Promise<Credentials> => {
  const isPublic = place.kind === 'public'
  const host = `${isPublic ? 'api.ecr-public' : place.fips ? 'ecr-fips' : 'api.ecr'}.${place.region}.${awsDomain(place.region)}`
  const url = endpoint ?? `https://${host}/`
  const body = '{}'
  const signer = new AwsV4Signer({
    method: 'POST',
    url,
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': isPublic
        ? 'SpencerFrontendService.GetAuthorizationToken'
        : 'AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken',
    },
    body,
    service: isPublic ? 'ecr-public' : 'ecr',
    region: place.region,
    accessKeyId: keys.accessKeyId,
    secretAccessKey: keys.secretAccessKey,
    ...(keys.sessionToken !== undefined && { sessionToken: keys.sessionToken }),
    datetime: new Date((ports.clock ?? systemClock).now()).toISOString().replace(/[:-]|\.\d{3}/g, ''),
  })
  const headers = Object.fromEntries((await signer.sign()).headers)
  const service = `ECR of ${place.region}`
  const answer = await exchanged(service, url, ports, { method: 'POST', headers, body })
  const token = textIn(service, answer, 'authorizationData', ...(isPublic ? [] : [0]), 'authorizationToken')
  // `AWS:password`. The user name is no secret: masked, it would star out the word in the whole log.
  const [username = '', password = ''] = Buffer.from(token, 'base64').toString('utf8').split(':')
  if (username === '' || password === '')
    throw new KitError('registry-login-failed', `${service} answered with a token that holds no password.`)
  ports.mask(token)
  ports.mask(password)
  return { kind: 'password', username, password }
}
