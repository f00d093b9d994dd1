import type { ReasonCodePages } from './reason-code.ts'

export const scanCodes = {
  'vulnerabilities-found': {
    title: 'The scan found something that the gate does not let through',
    cause: 'At least one finding has a severity named by `fail-on`.',
    remedy: 'Update the packages that the message names, or change `fail-on`; `ignore-unfixed` lets through what nobody has fixed yet.',
  },
  'secrets-found': {
    title: 'The scan found secrets, and nothing else that fails',
    cause: 'A file holds something that looks like a credential, of a severity named by `fail-on`.',
    remedy: 'Revoke the credential: it is in the image or the history by now. Then take it out, and hand it to the build as a secret.',
  },
  'misconfigurations-found': {
    title: 'The scan found configuration that the gate does not let through',
    cause: 'A check failed whose severity `fail-on` names.',
    remedy: 'Change the lines that the report names, or ignore the check in an ignore file with a reason.',
  },
  'licenses-found': {
    title: 'The scan found licences that the gate does not let through',
    cause: 'A package has a licence whose severity `fail-on` names.',
    remedy: 'Replace the package, or ignore the licence in an ignore file with a reason.',
  },
  'trivy-missing': {
    title: 'There is no Trivy on this machine',
    cause: 'The scanner is neither on PATH nor given by `trivy`, and `install` says not to install it. A scan that did not run is no pass.',
    remedy: 'Set `install: missing`, install Trivy (https://trivy.dev), or name the program by `trivy`.',
  },
  'trivy-refused': {
    title: 'This version of Trivy is not run',
    cause: 'Versions 0.69.4, 0.69.5 and 0.69.6 were published by an attacker in March 2026 and steal credentials.',
    remedy: 'Remove it, rotate every credential that was on the machine, and install another version.',
  },
  'trivy-failed': {
    title: 'Trivy ended with an error',
    cause: 'What it says is in the message. Findings are no error, so this is about Trivy, the image or the network.',
    remedy: 'Read what Trivy says in the message.',
  },
  'trivy-database-unavailable': {
    title: 'Trivy has no vulnerability database that it can use',
    cause: 'The database could not be downloaded, or the copy in the cache is damaged, or of another format. Trivy does not repair it.',
    remedy: 'Remove the directory `db` from the cache named in the message and run again with access to the database.',
  },
  'trivy-database-outdated': {
    title: 'The vulnerability database is too old',
    cause:
      'No mirror gave a newer one, and the one in the cache is older than `db-max-age`. Trivy itself takes one of any age without a word.',
    remedy: 'See what each mirror answered in the message; name one that can be reached by `db-mirrors`, or raise `db-max-age`.',
  },
  'trivy-version-unknown': {
    title: 'Nothing is known about the version of Trivy that was asked for',
    cause: 'A release is installed only when the SHA-256 of its archive stands in deploy-kit, or is given.',
    remedy: 'Take one of the versions that the message names, or give the SHA-256 of the archive by `trivy-checksum`.',
  },
  'trivy-checksum-mismatch': {
    title: 'The archive of Trivy is not the one that was released',
    cause: 'Its SHA-256 differs from the one that is committed in deploy-kit, or that `trivy-checksum` names. It was not run.',
    remedy: 'Somebody replaced it, on the way or where it is kept. Do not go around it: find out who, or take another version.',
  },
  'trivy-install-failed': {
    title: 'Trivy could not be installed',
    cause: 'The archive could not be fetched or unpacked, or Trivy is not released for this machine.',
    remedy: 'See the message. Name a copy in your own network by `trivy-from`, or a program by `trivy`.',
  },
  'trivy-report-invalid': {
    title: 'The report that Trivy wrote cannot be read',
    cause: 'It is missing, is not JSON, or has another format than the one of Trivy 0.20 and later (SchemaVersion 2).',
    remedy: 'Use a newer version of Trivy.',
  },
  'scan-timeout': {
    title: 'The scan did not end in time',
    cause: 'Trivy was killed. It waits for ever for a database mirror that accepts a connection and never answers.',
    remedy: 'Run it again; raise `timeout` for a large image.',
  },
  'scan-directory-unwritable': {
    title: 'A directory that a scan needs cannot be written to',
    cause: 'The temporary directory of the job or `cache-directory` does not exist, is no directory, is full, or belongs to somebody else.',
    remedy: 'See which one the message names, and what the system says about it.',
  },
  'scan-subject-invalid': {
    title: 'There is nothing to scan at the place that was named',
    cause: 'The directory does not exist, or the image is named without a digest, so that it could be another one by the time it runs.',
    remedy: 'Name a directory, or an image by digest.',
  },
  'ignore-file-invalid': {
    title: 'An ignore file cannot be read',
    cause: 'It does not exist, or a line or key in it is not understood. Trivy leaves such lines out without a word.',
    remedy: 'Correct the place that the message names. Only files that end in .yaml or .yml may have keys.',
  },
  'ignore-reason-missing': {
    title: 'Something is ignored without a reason',
    cause: '`require-ignore-reasons` is set, and an entry of an ignore file says no reason.',
    remedy: 'Write the reason as `statement`, or in a plain file as a comment on the line or right above it.',
  },
  'feed-invalid': {
    title: 'A feed of exploited or likely exploited weaknesses cannot be read',
    cause: 'The file is missing or has another format than the published one. A gate without its feed would pass what it should not.',
    remedy: "Fetch it again: CISA's known_exploited_vulnerabilities.json, or FIRST's epss_scores-current.csv.gz.",
  },
  'sarif-upload-failed': {
    title: 'Code scanning did not take the SARIF',
    cause: '`upload: required` is set, and GitHub refused the file or could not read it.',
    remedy: 'See the message. Code scanning must be enabled for the repository, and the job needs `security-events: write`.',
  },
  'scan-record-invalid': {
    title: 'The record of the scan cannot be read',
    cause: 'The file named by `scan-record` does not exist, or is no predicate of a scan by deploy-kit.',
    remedy: 'Hand on the file that the output `predicate` of scan-trivy names, or the attestation that was made of it.',
  },
  'scan-record-missing': {
    title: 'A release needs a scan, and none was shown',
    cause: 'The configuration or `scan-max-age` asks for a scan of the digest, and `scan-record` names none.',
    remedy: 'Run scan-trivy with `formats: predicate`, and give the file by `scan-record`.',
  },
  'scan-record-unverified': {
    title: 'Nobody who should have has signed a scan of this image',
    cause:
      'The configuration or an input says who must have signed the record of the scan, and cosign finds no such signature: there is none, it is by somebody else, or the record was changed afterwards.',
    remedy:
      'Read what cosign says in the message. Attest the predicate of scan-trivy with that key or by that identity, and release the digest that was scanned.',
  },
  'scan-of-another-digest': {
    title: 'The scan is about another image',
    cause: 'The digest that is to be released is not among those that the record is about.',
    remedy: 'Scan the digest that is released; a build that was done again has another one, unless it is reproducible.',
  },
  'scan-too-old': {
    title: 'The scan was too long ago',
    cause: 'More was found since, and the database of then does not know it.',
    remedy: 'Scan the digest again, or raise `scan-max-age`.',
  },
  'scan-not-passed': {
    title: 'The image did not pass its scan',
    cause: 'The record says that findings failed it.',
    remedy: 'Repair what the scan found, and build and scan again.',
  },
} as const satisfies ReasonCodePages
