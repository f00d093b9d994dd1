import { describe, expect, test } from '@jest/globals'
import { loginsOf, type LoginInputs } from '../../../packages/release/src/registry/logins.ts'

type Given = Partial<LoginInputs>

/** The logins of a job of `octocat` for these images. */
const logins = (given: Given, names: readonly string[] = ['ghcr.io/acme/shop'], env: NodeJS.ProcessEnv = { GITHUB_ACTOR: 'octocat' }) =>
  loginsOf(given as LoginInputs, names, env)

const provider = 'projects/1/locations/global/workloadIdentityPools/p/providers/x'
const connection = '0f8fad5b-d9cb-469f-a165-70867728950e'
const ecr = '123456789012.dkr.ecr.eu-central-1.amazonaws.com'

describe('a job logs in', () => {
  test('nowhere, when nothing is given', () => {
    expect(logins({})).toEqual([])
  })

  test('to the registry of the first image, as whoever started the run', () => {
    expect(logins({ 'registry-password': 'token' })).toEqual([
      { kind: 'password', registry: 'ghcr.io', username: 'octocat', password: 'token' },
    ])
  })

  test('or as somebody else', () => {
    expect(logins({ 'registry-username': 'kit', 'registry-password': 'token' })).toMatchObject([{ username: 'kit' }])
  })

  test('to Docker Hub, when the name has no registry', () => {
    expect(logins({ 'registry-password': 'token' }, ['acme/shop'])).toMatchObject([{ registry: 'docker.io' }])
  })

  test('to further registries, with a colon in the password or not', () => {
    expect(logins({ 'registry-logins': { 'quay.io': 'robot:a:b', '127.0.0.1:5000': 'x:y' } })).toEqual([
      { kind: 'password', registry: 'quay.io', username: 'robot', password: 'a:b' },
      { kind: 'password', registry: '127.0.0.1:5000', username: 'x', password: 'y' },
    ])
  })

  test('by its own identity', () => {
    const lines = [
      `${ecr}, aws, role=arn:aws:iam::123456789012:role/push`,
      'public.ecr.aws,aws',
      `europe-docker.pkg.dev,google,provider=${provider},service-account=push@acme.iam.gserviceaccount.com`,
      `docker.io,docker-hub,organization=acme,connection=${connection}`,
    ]
    expect(logins({ 'registry-identities': lines })).toEqual([
      { kind: 'aws', registry: ecr, role: 'arn:aws:iam::123456789012:role/push' },
      { kind: 'aws', registry: 'public.ecr.aws' },
      { kind: 'google', registry: 'europe-docker.pkg.dev', provider, serviceAccount: 'push@acme.iam.gserviceaccount.com' },
      { kind: 'docker-hub', registry: 'docker.io', organization: 'acme', connection },
    ])
  })
})

describe('a login that cannot be meant is refused, and its password is not repeated', () => {
  test.each<readonly [Given, readonly string[], string]>([
    [{ 'registry-username': 'kit' }, ['ghcr.io/a/b'], 'without `registry-password`'],
    [{ 'registry-password': 'hunter2' }, [], 'the image is in none'],
    [{ 'registry-logins': { 'quay.io': 'hunter2' } }, ['a'], 'the login for quay.io is not name:password'],
    [{ 'registry-password': 'hunter2', 'registry-logins': { 'ghcr.io': 'a:hunter2' } }, ['ghcr.io/a/b'], 'two logins for ghcr.io'],
    [{ 'registry-identities': ['ghcr.io,azure'] }, ['a'], 'is no login. Allowed: host, then aws (role, audience)'],
    [{ 'registry-identities': [`${ecr},aws,user=x`] }, ['a'], 'is no login'],
    [{ 'registry-identities': ['x.pkg.dev,google'] }, ['a'], 'needs provider=…'],
    [{ 'registry-identities': ['docker.io,docker-hub,organization=acme'] }, ['a'], 'needs connection=…'],
    [{ 'registry-identities': ['docker.io,docker-hub,organization=,connection=x'] }, ['a'], 'needs organization=…'],
  ])('%j', (given, names, why) => {
    expect(() => logins(given, names)).toThrow(
      expect.objectContaining({ code: 'build-request-invalid', message: expect.stringContaining(why) }),
    )
    expect(() => logins(given, names)).toThrow(expect.objectContaining({ message: expect.not.stringContaining('hunter2') }))
  })

  test('outside of a run, a password needs its name', () => {
    expect(() => logins({ 'registry-password': 'hunter2' }, undefined, {})).toThrow('without `registry-username`')
  })
})
