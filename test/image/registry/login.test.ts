import type { IncomingMessage, ServerResponse } from 'node:http'
import { afterEach, describe, expect, test } from '@jest/globals'
import { ecrPlaceOf, githubIdentity, logIn, type Login, type LoginEndpoints } from '@deploy-kit/image/registry'
import { loopback } from '../../fakes/loopback.ts'
import { ManualClock } from '../../fakes/manual-clock.ts'
import { isSigned } from '../../fakes/sigv4.ts'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const server of open.splice(0)) await server.close()
})

interface Asked {
  readonly line: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** A service that answers each request by the handler, which throws on what the service does not know. */
const service = async (handle: (asked: Asked, response: ServerResponse) => void): Promise<string> => {
  const server = await loopback(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    handle({ line: `${request.method} ${request.url}`, headers: request.headers, body: Buffer.concat(parts).toString() }, response)
  })
  open.push(server)
  return server.url
}

const masked: string[] = []
const audiences: string[] = []
const ports = (environment: NodeJS.ProcessEnv = {}) => {
  masked.length = 0
  audiences.length = 0
  return {
    identityToken: async (audience: string) => {
      audiences.push(audience)
      return 'identity.of.job'
    },
    mask: (secret: string) => void masked.push(secret),
    clock: new ManualClock(Date.UTC(2026, 10, 26, 6, 0, 0)),
    environment,
  }
}
const expectLine = (asked: Asked, line: string): void => {
  if (asked.line !== line) throw new Error(`unknown to the service: ${asked.line}`)
}

const sts = (answer: (form: URLSearchParams, response: ServerResponse) => void) =>
  service((asked, response) => {
    expectLine(asked, 'POST /')
    if (asked.headers.authorization !== undefined) throw new Error('the request to assume a role is not signed')
    answer(new URLSearchParams(asked.body), response)
  })

const ecr = (target: string, secret: string, session: string | undefined, data: unknown) =>
  service((asked, response) => {
    expectLine(asked, 'POST /')
    const headers = Object.fromEntries(Object.entries(asked.headers).map(([name, value]) => [name, String(value)]))
    if (headers['x-amz-target'] !== target || headers['content-type'] !== 'application/x-amz-json-1.1') throw new Error('another action')
    if (headers['x-amz-security-token'] !== session && session !== undefined) throw new Error('without the token of the session')
    const signed = isSigned({ method: 'POST', path: '/', headers, body: asked.body }, secret)
    response
      .writeHead(signed ? 200 : 400)
      .end(JSON.stringify(signed ? { authorizationData: data } : { __type: 'InvalidSignatureException' }))
  })

describe('Amazon ECR', () => {
  const registry = '123456789012.dkr.ecr.eu-central-1.amazonaws.com'
  const role = 'arn:aws:iam::123456789012:role/push-images'
  const login: Login = { registry, kind: 'aws', role }
  const assumed = `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult>
    <Credentials><SessionToken>session</SessionToken><SecretAccessKey>secret-key</SecretAccessKey><Expiration>2026-11-26T07:00:00Z</Expiration>
    <AccessKeyId>ASIAEXAMPLE</AccessKeyId></Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`

  const token = Buffer.from('AWS:registry-password').toString('base64')
  const privateTarget = 'AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken'

  test('by a role that the identity of the job may assume', async () => {
    const endpoints: LoginEndpoints = {
      awsSts: await sts((form, response) => {
        expect(Object.fromEntries(form)).toEqual({
          Action: 'AssumeRoleWithWebIdentity',
          Version: '2011-06-15',
          RoleArn: role,
          RoleSessionName: 'deploy-kit',
          DurationSeconds: '3600',
          WebIdentityToken: 'identity.of.job',
        })
        response.writeHead(200, { 'content-type': 'text/xml' }).end(assumed)
      }),
      ecr: await ecr(privateTarget, 'secret-key', 'session', [
        { authorizationToken: token, expiresAt: 1_795_000_000, proxyEndpoint: `https://${registry}` },
      ]),
    }
    expect(await logIn(login, ports(), endpoints)).toEqual({ kind: 'password', username: 'AWS', password: 'registry-password' })
    expect(audiences).toEqual(['sts.amazonaws.com'])
    expect(masked).toEqual(expect.arrayContaining(['secret-key', 'session', token, 'registry-password']))
    expect(masked).not.toContain('AWS')
  })

  test('by the keys that a step before left', async () => {
    const endpoints = { ecr: await ecr(privateTarget, 'long-lived', undefined, [{ authorizationToken: token }]) }
    const environment = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'long-lived' }
    expect(await logIn({ registry, kind: 'aws' }, ports(environment), endpoints)).toMatchObject({ password: 'registry-password' })
    expect(audiences).toEqual([])
  })

  test('by keys that are wrong is refused, and the keys are not repeated', async () => {
    const endpoints = { ecr: await ecr(privateTarget, 'another-secret', undefined, []) }
    const environment = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'long-lived' }
    await expect(logIn({ registry, kind: 'aws' }, ports(environment), endpoints)).rejects.toMatchObject({
      code: 'registry-login-failed',
      message: 'ECR of eu-central-1 answered with status 400: InvalidSignatureException',
    })
  })

  test('of public images has another API, and answers with one and not with a list', async () => {
    const endpoints = {
      ecr: await ecr('SpencerFrontendService.GetAuthorizationToken', 'long-lived', undefined, { authorizationToken: token }),
    }
    const environment = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'long-lived' }
    expect(await logIn({ registry: 'public.ecr.aws', kind: 'aws' }, ports(environment), endpoints)).toMatchObject({ username: 'AWS' })
  })

  test('a refused identity is told in the words of AWS, without the token', async () => {
    const refused =
      '<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>Not authorized to perform sts:AssumeRoleWithWebIdentity</Message></Error></ErrorResponse>'
    const endpoints = { awsSts: await sts((_form, response) => response.writeHead(403).end(refused)) }
    await expect(logIn(login, ports(), endpoints)).rejects.toMatchObject({
      code: 'registry-login-failed',
      message: `The Security Token Service of AWS (for ${role}) answered with status 403: AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity`,
    })
  })

  test('a service that is busy is asked again', async () => {
    let times = 0
    const endpoints = {
      awsSts: await sts((_form, response) => {
        times += 1
        response.writeHead(times < 3 ? 503 : 200).end(assumed)
      }),
      ecr: await ecr(privateTarget, 'secret-key', 'session', [{ authorizationToken: token }]),
    }
    await logIn(login, ports(), endpoints)
    expect(times).toBe(3)
  })

  test.each([
    [{ registry: 'ghcr.io', kind: 'aws', role } as const, 'not a registry of ECR'],
    [{ registry, kind: 'aws', role: 'push-images' } as const, 'not the ARN of a role'],
    [{ registry, kind: 'aws' } as const, 'neither a role'],
  ])('%p is refused before anything is sent', async (wrong, why) => {
    await expect(logIn(wrong, ports())).rejects.toMatchObject({ code: 'registry-login-failed', message: expect.stringContaining(why) })
  })

  test.each([
    [registry, { region: 'eu-central-1', kind: 'private', fips: false }],
    ['123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com', { region: 'us-gov-west-1', kind: 'private', fips: true }],
    ['123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn', { region: 'cn-north-1', kind: 'private', fips: false }],
    ['123456789012.dkr-ecr.us-west-2.on.aws', { region: 'us-west-2', kind: 'private', fips: false }],
    ['public.ecr.aws', { region: 'us-east-1', kind: 'public', fips: false }],
    ['123456789012.dkr.ecr.eu-central-1.amazonaws.com.evil.example', undefined],
    ['ghcr.io', undefined],
  ])('%s is known by its host', (host, place) => {
    expect(ecrPlaceOf(host)).toEqual(place)
  })
})

describe('Google Artifact Registry', () => {
  const provider = 'projects/123456/locations/global/workloadIdentityPools/github/providers/actions'
  const login = { registry: 'europe-docker.pkg.dev', kind: 'google', provider } as const
  const exchangeService = () =>
    service((asked, response) => {
      expectLine(asked, 'POST /v1/token')
      // The service documents that the header can make the request fail.
      if (asked.headers.authorization !== undefined) throw new Error('the exchange has an Authorization')
      expect(JSON.parse(asked.body)).toEqual({
        grantType: 'urn:ietf:params:oauth:grant-type:token-exchange',
        audience: `//iam.googleapis.com/${provider}`,
        scope: 'https://www.googleapis.com/auth/cloud-platform',
        requestedTokenType: 'urn:ietf:params:oauth:token-type:access_token',
        subjectToken: 'identity.of.job',
        subjectTokenType: 'urn:ietf:params:oauth:token-type:jwt',
      })
      const type = 'urn:ietf:params:oauth:token-type:access_token'
      response.end(JSON.stringify({ access_token: 'federated', issued_token_type: type, token_type: 'Bearer', expires_in: 3599 }))
    })

  test('by workload identity federation', async () => {
    expect(await logIn(login, ports(), { googleSts: await exchangeService() })).toEqual({
      kind: 'password',
      username: 'oauth2accesstoken',
      password: 'federated',
    })
    expect(audiences).toEqual([`https://iam.googleapis.com/${provider}`])
    expect(masked).toEqual(['federated'])
  })

  test('as a service account', async () => {
    const iam = await service((asked, response) => {
      expectLine(asked, 'POST /v1/projects/-/serviceAccounts/push%40acme.iam.gserviceaccount.com:generateAccessToken')
      expect(asked.headers.authorization).toBe('Bearer federated')
      expect(JSON.parse(asked.body)).toEqual({ scope: ['https://www.googleapis.com/auth/cloud-platform'], lifetime: '3600s' })
      response.end(JSON.stringify({ accessToken: 'of-the-account', expireTime: '2026-11-26T07:00:00Z' }))
    })
    const serviceAccount = 'push@acme.iam.gserviceaccount.com'
    const endpoints = { googleSts: await exchangeService(), googleIamCredentials: iam }
    expect(await logIn({ ...login, serviceAccount }, ports(), endpoints)).toMatchObject({ password: 'of-the-account' })
    expect(masked).toEqual(['federated', 'of-the-account'])
  })

  test('a refusal is told in the words of Google', async () => {
    const body = { error: 'unauthorized_client', error_description: 'The given credential is rejected by the attribute condition.' }
    const googleSts = await service((_asked, response) => response.writeHead(400).end(JSON.stringify(body)))
    await expect(logIn(login, ports(), { googleSts })).rejects.toMatchObject({
      code: 'registry-login-failed',
      message: expect.stringContaining('status 400: unauthorized_client: The given credential is rejected by the attribute condition.'),
    })
  })

  test('the name of a provider by the identifier of its project is refused with an example', async () => {
    const wrong = { ...login, provider: 'projects/acme/locations/global/workloadIdentityPools/github/providers/actions' }
    await expect(logIn(wrong, ports())).rejects.toMatchObject({ remedy: expect.stringContaining('with the number of the project') })
  })
})

describe('Docker Hub', () => {
  const connection = '0f8fad5b-d9cb-469f-a165-70867728950e'
  const login = { registry: 'docker.io', kind: 'docker-hub', organization: 'acme', connection } as const

  test('by a connection of the organization', async () => {
    const dockerHub = await service((asked, response) => {
      expectLine(asked, 'POST /oauth/token')
      expect(Object.fromEntries(new URLSearchParams(asked.body))).toEqual({
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
        subject_token: 'identity.of.job',
        connection_id: connection,
        expires_in: '3600',
      })
      response.end(JSON.stringify({ access_token: 'short-lived' }))
    })
    expect(await logIn(login, ports(), { dockerHub })).toEqual({ kind: 'password', username: 'acme', password: 'short-lived' })
    expect(audiences).toEqual(['https://identity.docker.com'])
    expect(masked).toEqual(['short-lived'])
  })

  test('an answer without a token is an error that does not show it', async () => {
    const dockerHub = await service((_asked, response) => response.end('{"token":"hidden"}'))
    const failed = logIn(login, ports(), { dockerHub })
    await expect(failed).rejects.toMatchObject({ message: 'Docker Hub (identity.docker.com) answered without `access_token`.' })
  })

  test('a connection that is no UUID is refused before anything is sent', async () => {
    await expect(logIn({ ...login, connection: 'acme' }, ports())).rejects.toMatchObject({
      message: expect.stringContaining('which is a UUID'),
    })
  })
})

describe('the identity of a job', () => {
  const quiet = { mask: (secret: string) => void masked.push(secret), clock: new ManualClock() }

  test('is had from the runner, for one audience', async () => {
    const url = await service((asked, response) => {
      expectLine(asked, 'GET /token?api-version=2.0&audience=sts.amazonaws.com')
      expect(asked.headers.authorization).toBe('Bearer of-the-runner')
      response.end(JSON.stringify({ count: 1, value: 'signed.by.github' }))
    })
    const environment = { ACTIONS_ID_TOKEN_REQUEST_URL: `${url}/token?api-version=2.0`, ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'of-the-runner' }
    masked.length = 0
    expect(await githubIdentity(environment, quiet)('sts.amazonaws.com')).toBe('signed.by.github')
    expect(masked).toEqual(['signed.by.github'])
  })

  test('is not to be had without the permission, which is named', async () => {
    await expect(githubIdentity({}, quiet)('x')).rejects.toMatchObject({
      code: 'registry-login-failed',
      remedy: expect.stringContaining('id-token: write'),
    })
  })
})

test('a password is masked, and the user name is not: it may be a word of every log', async () => {
  const login: Login = { registry: 'ghcr.io', kind: 'password', username: 'octocat', password: 'token-of-the-job' }
  expect(await logIn(login, ports())).toEqual({ kind: 'password', username: 'octocat', password: 'token-of-the-job' })
  expect(masked).toEqual(['token-of-the-job'])
})
