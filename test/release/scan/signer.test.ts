import { describe, expect, test } from '@jest/globals'
import { signerOf, type SignerInputs } from '../../../packages/release/src/scan-record/signer.ts'

const nothing: SignerInputs = { 'scan-key': undefined, 'scan-identity': undefined, 'scan-verify-options': undefined }
const places = { workspace: '/checkout', directory: '/checkout/deploy' }
const asked = (inputs: Partial<SignerInputs>, signer?: object) =>
  signerOf({ ...nothing, ...inputs }, signer === undefined ? undefined : { 'max-age': 1, 'signed-by': signer }, places)?.arguments

describe('who must have signed the record of a scan', () => {
  test('is nobody, when nobody says so', () => {
    expect(asked({})).toBeUndefined()
  })

  test.each<[string, Partial<SignerInputs>, object | undefined, readonly string[]]>([
    ['a key in the checkout', { 'scan-key': 'scan.pub' }, undefined, ['--key=/checkout/scan.pub']],
    ['a key in a store', { 'scan-key': 'awskms:///alias/scan' }, undefined, ['--key=awskms:///alias/scan']],
    ['a key beside the configuration', {}, { key: 'scan.pub' }, ['--key=/checkout/deploy/scan.pub']],
    [
      'a workflow of GitHub, unless another authority is named',
      {},
      { identity: 'https://github.com/acme/shop/w.yml@main' },
      [
        '--certificate-identity=https://github.com/acme/shop/w.yml@main',
        '--certificate-oidc-issuer=https://token.actions.githubusercontent.com',
      ],
    ],
    [
      'another authority and further options, those of the inputs last',
      { 'scan-verify-options': ['--b=2'] },
      { identity: 'me', issuer: 'https://id.test', options: ['--a=1'] },
      ['--certificate-identity=me', '--certificate-oidc-issuer=https://id.test', '--a=1', '--b=2'],
    ],
    ['the one of the inputs, over that of the file', { 'scan-key': 'other.pub' }, { key: 'scan.pub' }, ['--key=/checkout/other.pub']],
  ])('%s', (_who, inputs, signer, expected) => {
    expect(asked(inputs, signer)).toEqual(expected)
  })

  test.each<[string, Partial<SignerInputs>, object | undefined, RegExp]>([
    ['two at once', { 'scan-key': 'a', 'scan-identity': 'b' }, undefined, /signed by one of them/],
    ['an option that is none', { 'scan-key': 'a', 'scan-verify-options': ['image:latest'] }, undefined, /`image:latest` is no option/],
    ['options for nobody', { 'scan-verify-options': ['--a=1'] }, undefined, /says who must have signed/],
  ])('is refused: %s', (_what, inputs, signer, words) => {
    expect(() => asked(inputs, signer)).toThrow(expect.objectContaining({ code: 'input-invalid', message: expect.stringMatching(words) }))
  })
})
