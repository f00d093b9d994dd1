import { input } from '@deploy-kit/core'

/** The scan that a release needs. */
export const scanRecordInputs = {
  'scan-record': input.path({
    about:
      'Record of the scan of this digest: the file that `predicate` of scan-trivy names, or the Sigstore bundle in which it was attested (`bundle-path` of actions/attest). The release is refused when it is about another digest, failed, or too old. Default, where a signer is named: the attestations beside the image in its registry, of which the last counts.',
  }),
  'scan-max-age': input.duration({
    about:
      'How long ago the scan may be. With it a release without `scan-record` is refused. Default: the configuration, else 24h for a record that is given.',
  }),
  'scan-key': input.text({
    about:
      'Public key that must have signed the record of the scan: a file, env://VARIABLE, or one in a key store such as awskms://…. cosign verifies it, and must be on PATH; what is not signed so is not believed. Default: the configuration, else none.',
  }),
  'scan-identity': input.text({
    about:
      'The same without a key: the identity of the workflow that must have signed it, such as https://github.com/acme/shop/.github/workflows/publish.yml@refs/heads/main. Default: the configuration, else none.',
  }),
  'scan-verify-options': input.lines({
    about:
      'Further options for cosign, one a line, such as --certificate-github-workflow-repository=acme/shop, which must be said where the workflow that signs is a reusable one.',
  }),
}
