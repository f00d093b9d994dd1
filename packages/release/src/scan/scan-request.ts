import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs'
import { basename, join, relative, resolve } from 'node:path'
import { KitError, type ActionHost } from '@deploy-kit/core'
import { stableName, usualIgnoreFiles, type ScanRequest, type Subject } from '@deploy-kit/scan'
import type { ScanInputs } from './scan-inputs.ts'

const installWithinMs = 300_000
const mirrorWithinMs = 120_000
const dayMs = 24 * 60 * 60 * 1_000

/** What a scan is asked for by the inputs. @throws KitError `input-invalid` for inputs that contradict each other */
export const scanRequest = (inputs: ScanInputs, host: ActionHost): ScanRequest => {
  checkTerms(inputs)
  const { workspace } = host
  const inWorkspace = (path: string): string => resolve(workspace, path)
  const subject = subjectOf(inputs.image, inputs.digest, inputs['input-kind'], workspace)
  const cacheDirectory =
    inputs['cache-directory'] === undefined ? join(host.temporaryDirectory, 'trivy-cache') : inWorkspace(inputs['cache-directory'])
  const dockerfile = dockerfileOf(inputs, subject, workspace)
  return {
    subject,
    name: inputs.category ?? nameOf(subject, workspace),
    failOn: inputs['fail-on'].filter((term) => term !== 'kev'),
    failOnExploited: inputs['fail-on'].includes('kev'),
    ...(inputs.epss !== undefined && { failOnEpss: inputs.epss }),
    ignoreUnfixed: inputs['ignore-unfixed'],
    ...(inputs.platforms !== undefined && { platforms: inputs.platforms }),
    ...(inputs.scanners !== undefined && { scanners: inputs.scanners }),
    skip: { directories: inputs['skip-dirs'] ?? [], files: inputs['skip-files'] ?? [] },
    ...(inputs.trivy !== undefined && { trivy: inputs.trivy }),
    ...installOf(inputs, cacheDirectory),
    cacheDirectory,
    database: {
      ...(inputs['db-mirrors'] !== undefined && { mirrors: inputs['db-mirrors'] }),
      ...(inputs['java-db-mirrors'] !== undefined && { javaMirrors: inputs['java-db-mirrors'] }),
      ...(inputs['db-max-age'] !== undefined && { maxAgeMs: inputs['db-max-age'] }),
      mirrorTimeoutMs: Math.min(mirrorWithinMs, inputs.timeout),
    },
    offline: inputs.offline ?? false,
    timeoutMs: inputs.timeout,
    ignores: {
      files: inputs['ignore-files'] ?? usualIgnoreFiles.filter((file) => existsSync(inWorkspace(file))),
      workspace,
      requireReasons: inputs['require-ignore-reasons'] ?? false,
      warnDays: (inputs['ignore-expiry-notice'] ?? 0) / dayMs,
    },
    vex: (inputs.vex ?? []).map((document) => (document === 'repo' || document === 'oci' ? document : inWorkspace(document))),
    ...(inputs.policy !== undefined && { policy: inWorkspace(inputs.policy) }),
    feeds: {
      ...(inputs['kev-feed'] !== undefined && { exploited: inWorkspace(inputs['kev-feed']) }),
      ...(inputs['epss-feed'] !== undefined && { epss: inWorkspace(inputs['epss-feed']) }),
    },
    ...(inputs.baseline !== undefined && { baseline: baselineOf(inputs.baseline, inputs, workspace) }),
    onlyNew: inputs['only-new'] ?? false,
    baseCandidates: (inputs['base-candidates'] ?? []).map((candidate) => subjectOf(candidate, undefined, 'auto', workspace)),
    ...(dockerfile !== undefined && { dockerfile }),
    ...(inputs['report-severity'] !== undefined && { reportSeverity: inputs['report-severity'] }),
    report: inWorkspace(inputs.report),
    formats: inputs.formats ?? [],
  }
}

/** A term of the gate without its feed would pass everything. */
const checkTerms = (inputs: ScanInputs): void => {
  if (inputs['fail-on'].includes('kev') && inputs['kev-feed'] === undefined)
    throw new KitError('input-invalid', '`fail-on`: `kev` needs `kev-feed`, a file with the weaknesses that are known to be exploited.')
  if (inputs.epss !== undefined && inputs['epss-feed'] === undefined)
    throw new KitError('input-invalid', '`epss` needs `epss-feed`, a file with the scores.')
  if (inputs.comment === true && inputs.token === undefined) throw new KitError('input-invalid', '`comment` needs `token`.')
  if (inputs.upload === 'required' && inputs.token === undefined) throw new KitError('input-invalid', '`upload: required` needs `token`.')
}

/** What a text names: see the input `input-kind`. */
const subjectOf = (image: string, digest: string | undefined, asked: ScanInputs['input-kind'], workspace: string): Subject => {
  const path = resolve(workspace, image)
  const kind = asked === 'auto' ? kindOf(path) : asked
  switch (kind) {
    case 'layout':
      return { kind, directory: path, ...(digest !== undefined && { digest }) }
    case 'filesystem':
    case 'configuration':
      return { kind, directory: path }
    case 'archive':
    case 'sbom':
      return { kind, file: path }
    case 'image':
      return { kind, reference: digest === undefined || image.includes('@') ? image : `${image}@${digest}` }
  }
}

const kindOf = (path: string): Subject['kind'] => {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) return 'image'
  if (found.isDirectory()) return existsSync(join(path, 'oci-layout')) ? 'layout' : 'filesystem'
  return path.endsWith('.json') ? 'sbom' : 'archive'
}

/** A bill of materials and Trivy's own report are both JSON: only the report has a `SchemaVersion`, right at its beginning. */
const baselineOf = (baseline: string, inputs: ScanInputs, workspace: string): NonNullable<ScanRequest['baseline']> => {
  const subject = subjectOf(baseline, undefined, 'auto', workspace)
  if (subject.kind === 'sbom' && beginsLikeReport(subject.file)) return { report: subject.file }
  const name = nameOf(subject, workspace)
  // The base branch is looked at as this directory is.
  if (subject.kind === 'filesystem' && inputs['input-kind'] === 'configuration')
    return { subject: { ...subject, kind: 'configuration' }, name }
  return { subject, name }
}

const beginsLikeReport = (file: string): boolean => {
  const head = readHead(file, 4_096)
  return /"SchemaVersion"\s*:/.test(head) && !/"bomFormat"|"spdxVersion"/.test(head)
}

const readHead = (file: string, bytes: number): string => {
  const descriptor = openSync(file, 'r')
  try {
    const head = Buffer.alloc(bytes)
    return head.toString('utf8', 0, readSync(descriptor, head, 0, bytes, 0))
  } finally {
    closeSync(descriptor)
  }
}

const dockerfileOf = (inputs: ScanInputs, subject: Subject, workspace: string): ScanRequest['dockerfile'] => {
  const isImage = subject.kind === 'image' || subject.kind === 'layout' || subject.kind === 'archive'
  const name = inputs.dockerfile ?? (isImage && existsSync(resolve(workspace, 'Dockerfile')) ? 'Dockerfile' : undefined)
  return name === undefined ? undefined : { path: resolve(workspace, name), name: relative(workspace, resolve(workspace, name)) }
}

const nameOf = (subject: Subject, workspace: string): string => {
  if (subject.kind === 'image') return stableName(subject)
  const path = 'directory' in subject ? subject.directory : subject.file
  const within = relative(workspace, path)
  return within === '' ? basename(workspace) : within.startsWith('..') ? basename(path) : within
}

const installOf = (inputs: ScanInputs, cacheDirectory: string): Pick<ScanRequest, 'install'> => {
  if (inputs.install === undefined || inputs.install === 'never') return {}
  return {
    install: {
      when: inputs.install,
      ...(inputs['trivy-version'] !== undefined && { version: inputs['trivy-version'] }),
      ...(inputs['trivy-checksum'] !== undefined && { sha256: inputs['trivy-checksum'] }),
      ...(inputs['trivy-from'] !== undefined && { from: inputs['trivy-from'] }),
      directory: join(cacheDirectory, 'releases'),
      timeoutMs: installWithinMs,
    },
  }
}
