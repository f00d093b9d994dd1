import { describe, expect, test } from '@jest/globals'
import { formatReference, nameOf, parseReference, parseTag } from '@deploy-kit/image'

const sha = `sha256:${'0123456789abcdef'.repeat(4)}`

describe('an image reference', () => {
  test.each([
    ['shop', { registry: undefined, repository: 'shop', tag: undefined, digest: undefined }],
    ['shop:v1', { registry: undefined, repository: 'shop', tag: 'v1', digest: undefined }],
    ['acme/shop:V1.2-rc_3', { registry: undefined, repository: 'acme/shop', tag: 'V1.2-rc_3', digest: undefined }],
    ['ghcr.io/acme/shop', { registry: 'ghcr.io', repository: 'acme/shop', tag: undefined, digest: undefined }],
    ['127.0.0.1:5000/shop', { registry: '127.0.0.1:5000', repository: 'shop', tag: undefined, digest: undefined }],
    ['[::1]:5000/shop:v1', { registry: '[::1]:5000', repository: 'shop', tag: 'v1', digest: undefined }],
    ['localhost/shop:v1', { registry: 'localhost', repository: 'shop', tag: 'v1', digest: undefined }],
    [`ghcr.io/a/b__c-d.e:t@${sha}`, { registry: 'ghcr.io', repository: 'a/b__c-d.e', tag: 't', digest: sha }],
    [`shop@${sha}`, { registry: undefined, repository: 'shop', tag: undefined, digest: sha }],
    [`shop:${'t'.repeat(128)}`, { registry: undefined, repository: 'shop', tag: 't'.repeat(128), digest: undefined }],
  ])('%s is taken apart and put together again', (text, parts) => {
    expect(parseReference(text)).toEqual(parts)
    expect(formatReference(parseReference(text))).toBe(text)
  })

  test('its name is registry and repository', () => {
    expect(nameOf(parseReference(`ghcr.io/acme/shop:v1@${sha}`))).toBe('ghcr.io/acme/shop')
  })

  test.each([
    ['', 'it has no name'],
    [':v1', 'it has no name'],
    ['Acme/Shop', 'registries take `acme/shop`'],
    ['acme//shop', '`` is not a part of a name'],
    ['acme/-shop', '`-shop` is not a part of a name'],
    ['acme/shop.', '`shop.` is not a part of a name'],
    ['shop:', 'its tag is empty'],
    [`shop:${'t'.repeat(129)}`, 'its tag has 129 characters; 128 are allowed'],
    ['shop:-lead', 'begins with `-`'],
    ['shop:.dot', 'begins with `.`'],
    ['shop:feature/x', 'is not'],
    ['shop:a b', 'other characters than A-Z a-z 0-9 _ . -'],
    ['shop@sha256:abc', '`sha256:abc` is not a digest'],
    [`shop@${sha.toUpperCase()}`, 'is not a digest'],
    [`shop@${sha}@${sha}`, 'more than one `@`'],
    [`a.b/${'x'.repeat(252)}`, 'its name has 256 characters; 255 are allowed'],
    ['-bad.io/shop', '`-bad.io` is not a host'],
  ])('%p is refused with its fault', (text, why) => {
    expect(() => parseReference(text)).toThrow(
      expect.objectContaining({ code: 'image-reference-invalid', message: expect.stringContaining(why) }),
    )
  })

  test('to be set, a tag needs a tag and nothing more', () => {
    expect(parseTag('ghcr.io/acme/shop:v1').tag).toBe('v1')
    expect(() => parseTag('ghcr.io/acme/shop')).toThrow('it has no tag')
    expect(() => parseTag(`shop:v1@${sha}`)).toThrow('a tag to be set cannot have a digest')
  })
})
