import { join } from 'node:path'
import type { Scanner } from '../subject.ts'
import { runTrivy, type TrivyPorts } from './run-trivy.ts'
import type { Target } from './targets.ts'

/** How a target is scanned. */
export interface TargetScan {
  readonly scanners: readonly Scanner[]
  readonly skip?: { readonly directories: readonly string[]; readonly files: readonly string[] }
  /** One merged ignore file; none when nothing is ignored. */
  readonly ignoreFile?: string
  /** VEX documents: files, `repo` or `oci`. */
  readonly vex: readonly string[]
  /** A Rego policy that ignores findings. */
  readonly policy?: string
  /** Asks no server for anything but the image. */
  readonly offline: boolean
  readonly deadlineMs: number
}

/**
 * Scans once and writes Trivy's JSON report. The database is not touched: provide.ts sees to it.
 * @throws KitError `trivy-failed`, `trivy-database-unavailable`, `scan-timeout`
 */
export const scanTarget = async (program: string, target: Target, scan: TargetScan, report: string, trivy: TrivyPorts): Promise<void> => {
  const known = target.command === 'sbom' ? scan.scanners.filter((scanner) => scanner === 'vuln' || scanner === 'license') : scan.scanners
  const argv = [
    target.command,
    '--format',
    'json',
    '--output',
    report,
    '--scanners',
    known.join(','),
    // Findings must not change the exit status: with --exit-code, an error of Trivy looks the same as a finding.
    '--exit-code',
    '0',
    '--show-suppressed',
    '--skip-db-update',
    '--skip-java-db-update',
    // The one on the disk is locked by whoever scans: a second scan of the same job would fail.
    '--cache-backend',
    'memory',
    // Other checks than those in the program give other findings from one day to the next.
    ...(known.includes('misconfig') ? ['--skip-check-update'] : []),
    ...(scan.offline ? ['--offline-scan'] : []),
    ...(scan.ignoreFile === undefined ? [] : ['--ignorefile', scan.ignoreFile]),
    ...(scan.policy === undefined ? [] : ['--ignore-policy', scan.policy]),
    // A bill of materials has no files.
    ...(target.command === 'sbom' ? [] : (scan.skip?.directories ?? []).flatMap((path) => ['--skip-dirs', path])),
    ...(target.command === 'sbom' ? [] : (scan.skip?.files ?? []).flatMap((path) => ['--skip-files', path])),
    ...scan.vex.flatMap((document) => ['--vex', document]),
    ...target.operands,
  ]
  const credentials = target.command === 'image' && target.operands.includes('remote') ? registryAccess(trivy.environment) : {}
  await runTrivy(program, argv, scan.deadlineMs, trivy, credentials)
}

/** What a registry may ask for; handed on only when the image comes from one. HOME would lead to the credentials of everything else. */
export const registryAccess = (environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv => {
  const names = ['TRIVY_USERNAME', 'TRIVY_PASSWORD', 'TRIVY_REGISTRY_TOKEN', 'DOCKER_CONFIG']
  const given = Object.fromEntries(names.flatMap((name) => (environment[name] === undefined ? [] : [[name, environment[name]]])))
  const home = environment['HOME']
  return home === undefined || given['DOCKER_CONFIG'] !== undefined ? given : { ...given, DOCKER_CONFIG: join(home, '.docker') }
}
