import type { ReasonCodePages } from './reason-code.ts'

export const scanCodes = {
  'vulnerabilities-found': {
    title: 'The scan found something that the gate does not let through',
    cause: 'At least one finding has a severity named by `fail-on`.',
    remedy: 'Update the packages that the message names, or change `fail-on`; `ignore-unfixed` lets through what nobody has fixed yet.',
  },
  'trivy-missing': {
    title: 'There is no Trivy on this machine',
    cause: 'The scanner is neither on PATH nor given by `trivy`. A scan that did not run is no pass.',
    remedy: 'Install Trivy (https://trivy.dev), or name the program by `trivy`.',
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
  'scan-subject-invalid': {
    title: 'There is nothing to scan at the place that was named',
    cause: 'The directory does not exist, or the image is named without a digest, so that it could be another one by the time it runs.',
    remedy: 'Name a directory, or an image by digest.',
  },
} as const satisfies ReasonCodePages
