import { defineAction, input } from '@deploy-kit/core'
import { imageInputs } from '../shared/image-inputs.ts'
import { registryInputs } from '../shared/registry-inputs.ts'
import {
  scanDatabaseInputs,
  scanFormats,
  scanGateInputs,
  scanners,
  scanSubjects,
  scanTermInputs,
  severities,
  trivyInputs,
} from '../shared/scan-inputs.ts'

export const scanTrivy = defineAction({
  name: 'scan-trivy',
  title: 'deploy-kit: scan with Trivy',
  summary: 'Scans an image, a directory or a bill of materials with Trivy and fails on the findings that you name, never on silence.',
  inputs: {
    ...imageInputs,
    ...registryInputs,
    'input-kind': input.choice(['auto', ...scanSubjects], {
      default: 'auto',
      about:
        'What `image` names. `auto` takes a directory that holds an `oci-layout` file for a layout, another directory for files, a file named .json for a bill of materials, another file for an archive of `docker save`, and anything else for a reference.',
    }),
    platforms: input.lines({ about: 'Platforms of the image, such as linux/arm64. Default: all that it has, each by its digest.' }),
    scanners: input.list(scanners, {
      about: 'What is looked for. Default: vuln, secret; for `configuration` misconfig; for a bill of materials vuln.',
    }),
    'skip-dirs': input.lines({ about: 'Directories that are not looked into, as paths or globs such as **/testdata.' }),
    'skip-files': input.lines({ about: 'Files that are not looked at, as paths or globs.' }),
    ...trivyInputs,
    ...scanGateInputs,
    ...scanTermInputs,
    'report-severity': input.list(severities, {
      default: severities,
      about: 'Severities that reports, summary and code scanning show. All are counted, and what fails is always shown.',
    }),
    dockerfile: input.path({
      about: 'Dockerfile of the image: where its findings are shown. Default: `Dockerfile` of the checkout, where it exists.',
    }),
    'base-candidates': input.lines({
      about: 'Base images by digest that could be taken instead. They are scanned, and the summary says what each would clear.',
    }),
    ...scanDatabaseInputs,
    timeout: input.duration({ default: 300_000, about: 'Time after which Trivy is killed and the step fails.' }),
    report: input.path({ default: 'trivy-report.json', about: "Where Trivy's full JSON report goes. Other formats stand beside it." }),
    formats: input.list(scanFormats, {
      default: ['sarif', 'predicate'],
      about: 'What is made of the report besides: SARIF, Markdown, a table, CycloneDX, SPDX, and the predicate that a release can ask for.',
    }),
    upload: input.choice(['auto', 'required', 'off'], {
      default: 'auto',
      about:
        'Whether the SARIF goes to code scanning. `auto`: when `token` is given; where that is not possible, as for pull requests from forks, it is a warning. `required`: then the step fails.',
    }),
    category: input.text({
      about: 'Name under which code scanning keeps the alerts apart. Default: the name of the image without tag and digest.',
    }),
    comment: input.boolean({
      default: false,
      about: 'Whether the summary stands in one comment of the pull request, which is kept up to date. Needs `token`.',
    }),
    token: input.secret({ about: 'Token for code scanning and comments. Usually github.token.' }),
  },
  outputs: {
    verdict: '`pass` or `fail`; empty when the scan could not be done, which `outcome` calls `error`.',
    counts: 'Findings per severity as JSON, such as {"critical":0,"high":2,…}.',
    failing: 'How many findings failed the step.',
    'new-count': 'How many findings the image has that `baseline` does not; empty without one.',
    'fixed-count': 'How many findings of `baseline` the image has no more; empty without one.',
    'suppressed-count': 'How many findings an ignore file, a policy or a VEX document took out.',
    report: "Path of Trivy's JSON report, of the first platform when there are several.",
    sarif: 'Path of the SARIF.',
    sbom: 'Path of the bill of materials, CycloneDX before SPDX.',
    markdown: 'Path of the summary as Markdown.',
    table: "Path of Trivy's table.",
    predicate: 'Path of the predicate, for actions/attest and for `scan-record` of deploy-canary.',
    'predicate-type': 'Type of the predicate, for actions/attest.',
    'trivy-version': 'Version of the Trivy that scanned.',
    'database-age': 'Age of its vulnerability database in hours; a clean scan says no more than its database knows.',
    'database-updated-at': 'When the database was built.',
    'database-source': 'Where the database is from: a mirror, `cache` for the cache directory, `store` for the cache of GitHub.',
    uploaded: '`true` when code scanning took the SARIF.',
  },
  permissions: {
    contents: ['read', 'to check out what is scanned'],
    'security-events': ['write', 'to hand the SARIF to code scanning; only with `token`'],
    'pull-requests': ['write', 'for the comment; only with `comment: true`'],
  },
  hosts: {
    'mirror.gcr.io, ghcr.io, public.ecr.aws':
      'Trivy fetches its vulnerability database from the first of them that answers, unless there is a recent one.',
    'github.com, release-assets.githubusercontent.com': 'Trivy itself is fetched from there, when it has to be installed.',
    'api.github.com': 'Code scanning and comments, only with `token`.',
    "GitHub's cache (results-receiver.actions.githubusercontent.com, *.blob.core.windows.net)":
      'Database and archive of Trivy are kept there, unless `cache: false`.',
    'the registry of the image': 'Trivy reads the image from there when `image` is a reference.',
  },
  finishesInPost: true,
  branding: { icon: 'shield', color: 'blue' },
})
