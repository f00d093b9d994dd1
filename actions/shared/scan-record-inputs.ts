import { input } from '@deploy-kit/core'

/** The scan that a release needs. */
export const scanRecordInputs = {
  'scan-record': input.path({
    about:
      'Record of the scan of this digest: the file that `predicate` of scan-trivy names, or the in-toto statement around it whose signature was verified. The release is refused when it is about another digest, failed, or too old.',
  }),
  'scan-max-age': input.duration({
    about:
      'How long ago the scan may be. With it a release without `scan-record` is refused. Default: the configuration, else 24h for a record that is given.',
  }),
}
