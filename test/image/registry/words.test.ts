import { describe, expect, test } from '@jest/globals'
import { assert, property, string } from 'fast-check'
import { challengeIn } from '../../../packages/image/src/registry/auth/challenge.ts'
import { placeOf } from '../../../packages/image/src/registry/endpoint.ts'
import { refusal } from '../../../packages/image/src/registry/fault.ts'

describe('what registries want to be shown', () => {
  // As these registries answer `GET /v2/` or a pull without credentials.
  test.each([
    [
      'Docker Hub',
      'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/alpine:pull"',
      { realm: 'https://auth.docker.io/token', service: 'registry.docker.io' },
    ],
    [
      'ghcr.io',
      'Bearer realm="https://ghcr.io/token",service="ghcr.io",scope="repository:acme/shop:pull"',
      { realm: 'https://ghcr.io/token', service: 'ghcr.io' },
    ],
    [
      'GitLab, with two scopes',
      'Bearer realm="https://gitlab.com/jwt/auth",service="container_registry",scope="repository:a/b:pull,push repository:c/d:pull",error="invalid_token"',
      { realm: 'https://gitlab.com/jwt/auth', service: 'container_registry' },
    ],
    ['Nexus, without a service', 'Bearer realm="https://nexus.example/v2/token"', { realm: 'https://nexus.example/v2/token' }],
    ['without quotes, in other letters', 'bearer REALM=https://r.example/t, Service=s', { realm: 'https://r.example/t', service: 's' }],
    [
      'bearer before basic',
      'Basic realm="x", Bearer realm="https://r.example/t",service="s"',
      { realm: 'https://r.example/t', service: 's' },
    ],
  ])('%s', (_registry, header, challenge) => {
    expect(challengeIn(header)).toEqual({ scheme: 'bearer', service: undefined, ...challenge })
  })

  test.each([
    ['Amazon ECR', 'Basic realm="https://123456789012.dkr.ecr.eu-central-1.amazonaws.com/",service="ecr.amazonaws.com"'],
    ['htpasswd', 'Basic realm="Registry Realm"'],
  ])('%s: a password', (_registry, header) => {
    expect(challengeIn(header)).toEqual({ scheme: 'basic' })
  })

  test.each([null, '', 'Negotiate', 'Bearer', 'Bearer service="x"', 'Digest realm="x"'])('%p: nothing that can be met', (header) => {
    expect(challengeIn(header)).toBeUndefined()
  })

  test('whatever a header says, it is read or it is not', () => {
    assert(property(string(), (header) => expect(() => challengeIn(`Bearer ${header}`)).not.toThrow()))
  })
})

describe('where a name is', () => {
  test.each([
    ['alpine', { registry: 'docker.io', repository: 'library/alpine', origin: 'https://registry-1.docker.io' }],
    ['acme/shop', { registry: 'docker.io', repository: 'acme/shop', origin: 'https://registry-1.docker.io' }],
    ['docker.io/alpine', { registry: 'docker.io', repository: 'library/alpine', origin: 'https://registry-1.docker.io' }],
    ['index.docker.io/acme/shop', { registry: 'docker.io', repository: 'acme/shop', origin: 'https://registry-1.docker.io' }],
    ['ghcr.io/acme/shop', { registry: 'ghcr.io', repository: 'acme/shop', origin: 'https://ghcr.io' }],
    ['localhost/shop', { registry: 'localhost', repository: 'shop', origin: 'http://localhost' }],
    ['127.0.0.1:5000/shop', { registry: '127.0.0.1:5000', repository: 'shop', origin: 'http://127.0.0.1:5000' }],
    ['[::1]:5000/shop', { registry: '[::1]:5000', repository: 'shop', origin: 'http://[::1]:5000' }],
    ['registry.lan:5000/shop', { registry: 'registry.lan:5000', repository: 'shop', origin: 'http://registry.lan:5000' }],
    ['other.lan:5000/shop', { registry: 'other.lan:5000', repository: 'shop', origin: 'https://other.lan:5000' }],
    ['127.0.0.1.evil.example/shop', { registry: '127.0.0.1.evil.example', repository: 'shop', origin: 'https://127.0.0.1.evil.example' }],
    ['localhost.evil.example/shop', { registry: 'localhost.evil.example', repository: 'shop', origin: 'https://localhost.evil.example' }],
  ])('%s', (name, place) => {
    expect(placeOf(name, ['registry.lan:5000'])).toEqual(place)
  })

  test('a tag is no part of it', () => {
    expect(() => placeOf('ghcr.io/acme/shop:v1')).toThrow('should be a name alone')
  })
})

const body = (...errors: readonly object[]): string => JSON.stringify({ errors })

describe('what a refusal says', () => {
  test.each([
    [401, body({ code: 'UNAUTHORIZED', message: 'authentication required' }), 'registry-denied', ': UNAUTHORIZED authentication required'],
    [403, body({ code: 'DENIED', message: 'The token provided does not match expected scopes.' }), 'registry-denied', 'expected scopes.'],
    [
      404,
      body({ code: 'NAME_UNKNOWN', message: "The repository with name 'shop' does not exist" }),
      'registry-not-found',
      "'shop' does not exist",
    ],
    [400, body({ code: 'A', message: 'x' }, { code: 'B', message: 'y' }), 'registry-refused', ': A x; B y'],
    [413, '<html><head><title>413 Request Entity Too Large</title></head></html>', 'registry-refused', '413 Request Entity Too Large'],
    [500, body({ code: 'TOOMANYREQUESTS' }), 'registry-rate-limited', ': TOOMANYREQUESTS'],
    [502, '', 'registry-unavailable', 'the manifest v1.'],
    [405, '{"errors":"none"}', 'registry-refused', '{"errors":"none"}'],
    [405, 'null', 'registry-refused', ': null'],
  ])('%d %s', (status, text, code, words) => {
    const { message, code: own } = refusal('ghcr.io', 'the manifest v1', { status, body: text })
    expect(own).toBe(code)
    expect(message).toContain(`ghcr.io answered with status ${status}`)
    expect(message).toContain(words)
  })
})
