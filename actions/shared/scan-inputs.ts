import { input } from '@deploy-kit/core'

export const severities = ['unknown', 'low', 'medium', 'high', 'critical'] as const
export const scanSubjects = ['image', 'layout', 'archive', 'filesystem', 'configuration', 'sbom'] as const
export const scanners = ['vuln', 'secret', 'misconfig', 'license'] as const
export const scanFormats = ['sarif', 'markdown', 'table', 'cyclonedx', 'spdx', 'predicate'] as const

/** What of a scan fails the step. */
export const scanGateInputs = {
  'fail-on': input.list([...severities, 'kev'], {
    default: ['high', 'critical'],
    about:
      'What fails the step: severities of vulnerabilities, misconfigurations, secrets and licences alike, and `kev` for weaknesses that are known to be exploited (needs `kev-feed`).',
  }),
  'ignore-unfixed': input.boolean({
    default: false,
    about: 'Whether findings that nobody has fixed yet are let through. They are still counted and reported.',
  }),
  'ignore-files': input.lines({
    about:
      'Ignore files, plain or YAML. They are read one by one and merged. Default: `.trivyignore` and `.trivyignore.yaml` of the checkout, where they exist.',
  }),
}

/** Further terms of the gate, for those who scan in a step of its own. */
export const scanTermInputs = {
  epss: input.share({
    about: 'Fails on weaknesses whose probability to be exploited within 30 days is at least this, such as 50% (needs `epss-feed`).',
  }),
  'kev-feed': input.path({ about: "CISA's known_exploited_vulnerabilities.json." }),
  'epss-feed': input.path({ about: "FIRST's epss_scores-current.csv, or .csv.gz." }),
  'only-new': input.boolean({
    default: false,
    about: 'Whether only findings fail that `baseline` does not have. Without a baseline, as for a first release, everything is new.',
  }),
  baseline: input.text({
    about:
      'What the scan is compared with: the image of the last release by digest, a layout, an archive, a directory with the base branch or a bill of materials, which are scanned again under the same database; or a report of Trivy from then.',
  }),
  'require-ignore-reasons': input.boolean({ default: false, about: 'Whether every ignored id must have a reason.' }),
  'ignore-expiry-notice': input.duration({
    default: 14 * 24 * 3_600_000,
    about: 'How long before its day an ignored id is announced to expire.',
  }),
  vex: input.lines({ about: 'VEX documents: files, or `repo` or `oci` as Trivy takes them.' }),
  policy: input.path({ about: 'Rego policy that ignores findings, as Trivy takes it with --ignore-policy.' }),
}

/** Which Trivy does it. */
export const trivyInputs = {
  trivy: input.path({
    about: 'The trivy program. It is used as it is. Default: the one on PATH, else what `install` says.',
  }),
  install: input.choice(['missing', 'always', 'never'], {
    default: 'missing',
    about:
      'When Trivy is installed. `missing`: where there is none on PATH. Without one the step fails: a scan that did not run is no pass.',
  }),
  'trivy-version': input.text({
    about:
      'Version to install. Default: the newest whose checksum stands in this action; when that one has been withdrawn, the one before.',
  }),
  'trivy-checksum': input.text({ about: 'SHA-256 of the archive of a version that this action does not know.' }),
  'trivy-from': input.url({
    about: "Where releases of Trivy are, such as a mirror in your own network. Default: Aqua's releases on github.com.",
  }),
}

/** Which database it knows from. */
export const scanDatabaseInputs = {
  'db-mirrors': input.lines({
    about: 'OCI repositories of the vulnerability database, tried in turn. Default: mirror.gcr.io, ghcr.io, public.ecr.aws.',
  }),
  'java-db-mirrors': input.lines({ about: 'The same for the database that tells jars apart, which is fetched only when there are jars.' }),
  'db-max-age': input.duration({
    default: 7 * 24 * 3_600_000,
    about: 'How old a database may be when no mirror gives a newer one. Until then it is used with a warning, after that the step fails.',
  }),
  offline: input.boolean({
    default: false,
    about: 'Uses the database in `cache-directory` and asks no server for anything but the image.',
  }),
  'cache-directory': input.path({
    about: 'Where databases and the archive of Trivy are kept. Default: in the temporary directory of the job.',
  }),
  cache: input.boolean({ default: true, about: "Whether both are kept in GitHub's cache between jobs, where there is one." }),
}
