import { copyFile, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { KitError, type Clock } from '@deploy-kit/core'
import { gate, type Gated, type GateOptions } from './gate/gate.ts'
import { parseReport, type Report } from './report/parse-report.ts'
import type { Subject } from './subject.ts'
import { targetOf } from './trivy/arguments.ts'
import { databaseAge, type DatabaseAge } from './trivy/database.ts'
import { findTrivy } from './trivy/find-trivy.ts'
import { runTrivy, type TrivyPorts } from './trivy/run-trivy.ts'
import { askVersion } from './trivy/version.ts'

export interface ScanRequest extends GateOptions {
  readonly subject: Subject
  /** The trivy program. Default: the first on PATH. */
  readonly trivy?: string
  /** Where Trivy keeps its database between scans. */
  readonly cacheDirectory: string
  /** After so many milliseconds Trivy is killed. */
  readonly timeoutMs: number
  /** Where Trivy's JSON report goes. Default: nowhere, it is read and removed. */
  readonly report?: string
  /** Uses the database that is in the cache and asks no server for anything. */
  readonly offline?: boolean
}

export interface ScanPorts {
  readonly clock: Clock
  readonly signal: AbortSignal
  /** The environment of this process: PATH, proxies and registry credentials are read from it. */
  readonly environment: NodeJS.ProcessEnv
  /** An existing directory for the files of this run. */
  readonly temporaryDirectory: string
  /** Hears what Trivy prints. */
  readonly echo?: (text: string) => void
}

/** What a scan found out. It is a result whether the gate passes or fails; errors are thrown. */
export interface Scanned extends Gated {
  readonly reasonCode: 'ok' | 'vulnerabilities-found'
  /** What was scanned, for people. */
  readonly subject: string
  /** Digest of the image; undefined for files. */
  readonly digest: string | undefined
  readonly targets: number
  readonly system: Report['system']
  readonly trivy: { readonly program: string; readonly version: string }
  /** Undefined when Trivy keeps no database in the cache. */
  readonly database: DatabaseAge | undefined
  /** Absolute path of Trivy's report, when one was asked for. */
  readonly report: string | undefined
}

/**
 * Scans once with Trivy and gates on its report.
 * @throws KitError `trivy-missing`, `trivy-refused`, `trivy-failed`, `trivy-database-unavailable`, `trivy-report-invalid`,
 *   `scan-timeout`, `scan-subject-invalid`, or what is wrong with the image's layout or reference
 */
export const scan = async (request: ScanRequest, ports: ScanPorts): Promise<Scanned> => {
  const program = await findTrivy(request.trivy, ports.environment['PATH'])
  const workDirectory = await mkdtemp(join(resolve(ports.temporaryDirectory), 'scan-'))
  try {
    return await scanIn(workDirectory, program, request, ports)
  } finally {
    await rm(workDirectory, { recursive: true, force: true })
  }
}

const scanIn = async (workDirectory: string, program: string, request: ScanRequest, ports: ScanPorts): Promise<Scanned> => {
  const cacheDirectory = resolve(request.cacheDirectory)
  await mkdir(cacheDirectory, { recursive: true })
  const { environment, signal, echo } = ports
  const trivy: TrivyPorts = { workDirectory, cacheDirectory, environment, signal, ...(echo === undefined ? {} : { echo }) }
  const version = await askVersion(program, trivy)
  const target = await targetOf(request.subject, workDirectory)

  // Findings must not change the exit status: with --exit-code, an error of Trivy looks the same as a finding.
  const written = join(workDirectory, 'report.json')
  const always = ['--format', 'json', '--output', written, '--exit-code', '0', '--scanners', 'vuln,secret']
  const [command = '', ...what] = target.argv
  const credentials = request.subject.kind === 'image' ? registryAccess(environment) : {}
  await runTrivy(program, [command, ...always, ...offline(request), ...what], request.timeoutMs, trivy, credentials)

  const json = await readFile(written, 'utf8').catch((error: unknown) => {
    throw new KitError('trivy-report-invalid', `\`${program}\` ended well and wrote no report.`, { cause: error })
  })
  const report = request.report === undefined ? undefined : resolve(request.report)
  if (report !== undefined) {
    await mkdir(dirname(report), { recursive: true })
    await copyFile(written, report)
  }
  const { findings, targets, system } = parseReport(json)
  const gated = gate(findings, request)
  return {
    ...gated,
    reasonCode: gated.result === 'pass' ? 'ok' : 'vulnerabilities-found',
    subject: target.name,
    digest: target.digest,
    targets,
    system,
    trivy: { program, version },
    database: await databaseAge(cacheDirectory, ports.clock),
    report,
  }
}

const offline = ({ offline: isOffline = false }: ScanRequest): readonly string[] =>
  isOffline ? ['--skip-db-update', '--skip-java-db-update', '--offline-scan'] : []

/** What a registry may ask for; handed on only when the image comes from one. HOME would lead to the credentials of everything else. */
const registryAccess = (environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv => {
  const names = ['TRIVY_USERNAME', 'TRIVY_PASSWORD', 'TRIVY_REGISTRY_TOKEN', 'DOCKER_CONFIG']
  const given = Object.fromEntries(names.flatMap((name) => (environment[name] === undefined ? [] : [[name, environment[name]]])))
  const home = environment['HOME']
  return home === undefined || given['DOCKER_CONFIG'] !== undefined ? given : { ...given, DOCKER_CONFIG: join(home, '.docker') }
}
