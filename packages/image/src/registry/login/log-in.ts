import { KitError } from '@deploy-kit/core'
import type { Credentials } from '../auth/credentials.ts'
import { assumeRole, keysOfEnvironment } from './aws-keys.ts'
import { dockerHubCredentials, type DockerHubLogin } from './docker-hub.ts'
import { ecrCredentials, ecrPlaceOf } from './ecr.ts'
import { googleCredentials, type GoogleLogin } from './google.ts'
import type { LoginPorts } from './ports.ts'

/** How a job gets credentials for one registry. */
export type Login = { readonly registry: string } & (
  | { readonly kind: 'password'; readonly username: string; readonly password: string }
  /** Amazon ECR: by a role that the identity of the job may assume, or by the keys in the environment. */
  | { readonly kind: 'aws'; readonly role?: string; readonly audience?: string }
  | ({ readonly kind: 'docker-hub' } & DockerHubLogin)
  | ({ readonly kind: 'google' } & GoogleLogin)
)

/** Addresses of the services, for those who have their own. */
export interface LoginEndpoints {
  readonly awsSts?: string
  readonly ecr?: string
  readonly dockerHub?: string
  readonly googleSts?: string
  readonly googleIamCredentials?: string
}

/**
 * Credentials for a registry, which serve for at least as long as a build may take: five minutes of Docker Hub at the least, an hour or more else.
 * For ghcr.io, the password is the job's own token, with `packages: write`.
 * @throws KitError `registry-login-failed`
 */
export const logIn = async (
  login: Login,
  ports: LoginPorts & { readonly environment: NodeJS.ProcessEnv },
  endpoints: LoginEndpoints = {},
): Promise<Credentials> => {
  switch (login.kind) {
    case 'password':
      ports.mask(login.password)
      return { kind: 'password', username: login.username, password: login.password }
    case 'docker-hub':
      return dockerHubCredentials(login, ports, endpoints.dockerHub)
    case 'google':
      return googleCredentials(login, ports, {
        sts: endpoints.googleSts ?? 'https://sts.googleapis.com',
        iamCredentials: endpoints.googleIamCredentials ?? 'https://iamcredentials.googleapis.com',
      })
    case 'aws': {
      const place = ecrPlaceOf(login.registry)
      if (place === undefined) {
        throw new KitError('registry-login-failed', `\`${login.registry}\` is not a registry of ECR.`, {
          remedy: 'Write it as 123456789012.dkr.ecr.eu-central-1.amazonaws.com, or public.ecr.aws.',
        })
      }
      const { role, audience } = login
      const keys =
        role === undefined
          ? keysOfEnvironment(ports.environment)
          : await assumeRole({ role, region: place.region, ...(audience !== undefined && { audience }) }, ports, endpoints.awsSts)
      if (keys !== undefined) return ecrCredentials(place, keys, ports, endpoints.ecr)
      throw new KitError('registry-login-failed', `There is neither a role for ${login.registry} nor keys of AWS in the environment.`, {
        remedy: 'Name a role that the job may assume, or run aws-actions/configure-aws-credentials before this step.',
      })
    }
  }
}
