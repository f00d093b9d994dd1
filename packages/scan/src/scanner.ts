import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { KitError } from '@deploy-kit/core'
import { inspect } from './database/integrity.ts'
import type { DatabaseKind } from './database/metadata.ts'
import { discard, provideDatabase, usualMirrors, type Database, type DatabaseOptions } from './database/provide.ts'
import type { IgnoreEntry } from './ignore/entry.ts'
import { ignoreFileFor, mergedIgnoreFile, readIgnores, tracedBack } from './ignore/ignores.ts'
import { installTrivy } from './install/install-trivy.ts'
import { readReport } from './report/parse-report.ts'
import type { ScanPorts, ScanRequest } from './request.ts'
import type { Scanned, ScannedImage } from './scanned.ts'
import { usualScanners, type Subject } from './subject.ts'
import { findTrivy } from './trivy/find-trivy.ts'
import type { TrivyPorts } from './trivy/run-trivy.ts'
import { scanTarget, type TargetScan } from './trivy/scan-target.ts'
import { targetsOf, type Target } from './trivy/targets.ts'
import { askVersion } from './trivy/version.ts'

/** A Trivy with a database, ready for several scans that know from the same one. */
export interface Scanner {
  readonly trivy: Scanned['trivy']
  readonly ports: TrivyPorts
  readonly database: Database | undefined
  readonly ignores: readonly IgnoreEntry[]
  /** `name` is how people call a subject that is a path. */
  scan(subject: Subject, platforms: readonly string[], name?: string): Promise<readonly ScannedImage[]>
}

const dayMs = 24 * 60 * 60 * 1_000

/** Finds or installs Trivy, reads the ignore files, and provides a database when one is needed. */
export const openScanner = async (workDirectory: string, request: ScanRequest, ports: ScanPorts): Promise<Scanner> => {
  const cacheDirectory = resolve(request.cacheDirectory)
  const { environment, signal, onLine } = ports
  const trivyPorts: TrivyPorts = { workDirectory, cacheDirectory, environment, signal, ...(onLine !== undefined && { onLine }) }
  // What is wrong with an ignore file is said before anything is downloaded.
  const ignores = request.ignores === undefined ? [] : await readIgnores(request.ignores.files, request.ignores)
  const { program, installed } = await trivyFor(workDirectory, request, ports)
  const trivy = { program, version: await askVersion(program, trivyPorts), installed }

  const scanners = request.scanners ?? usualScanners(request.subject.kind)
  const provide = (kind: DatabaseKind): Promise<Database> =>
    provideDatabase(program, kind, databaseOptions(kind, cacheDirectory, request), {
      clock: ports.clock,
      trivy: trivyPorts,
      ...(ports.databases !== undefined && { store: ports.databases }),
      warn: ports.warn ?? (() => undefined),
    })
  let database = scanners.includes('vuln') ? await provide('vulnerability') : undefined
  // The one for jars is large and rarely needed: it is kept fresh where there is one, and fetched when Trivy asks for it.
  if (database !== undefined && (await inspect(cacheDirectory, 'java')).state !== 'missing') await provide('java')

  const ignoreFile = mergedIgnoreFile(workDirectory)
  if (ignores.length > 0) await writeFile(ignoreFile, ignoreFileFor(ignores, ports.clock.now()))
  const settings: TargetScan = {
    scanners,
    ...(request.skip !== undefined && { skip: request.skip }),
    ...(ignores.length > 0 && { ignoreFile }),
    vex: (request.vex ?? []).map((document) => (document === 'repo' || document === 'oci' ? document : resolve(document))),
    ...(request.policy !== undefined && { policy: resolve(request.policy) }),
    offline: request.offline ?? false,
    deadlineMs: request.timeoutMs,
  }

  const scanOne = async (target: Target, room: string, file: string): Promise<void> => {
    const attempt = (): Promise<void> => scanTarget(program, target, settings, file, { ...trivyPorts, workDirectory: room })
    await attempt().catch(async (error: unknown) => {
      if (!(error instanceof KitError) || error.code !== 'trivy-database-unavailable' || request.offline === true) throw error
      // Trivy does not heal a database: one that is damaged inside, where nobody can see it, is fetched anew, once.
      const kind = error.message.includes('Java DB') ? 'java' : 'vulnerability'
      await discard(cacheDirectory, kind)
      const provided = await provide(kind)
      if (kind === 'vulnerability') database = provided
      await attempt()
    })
  }

  let count = 0
  return {
    trivy,
    ports: trivyPorts,
    ignores,
    get database() {
      return database
    },
    scan: async (subject, platforms, name) => {
      const room = join(workDirectory, `subject-${(count += 1)}`)
      await mkdir(room)
      const { platformsOf } = ports
      const targets = await targetsOf(subject, {
        workDirectory: room,
        platforms,
        signal,
        ...(platformsOf !== undefined && { platformsOf }),
        ...(name !== undefined && { name }),
      })
      const images: ScannedImage[] = []
      // One after the other: two runs of Trivy would fight over memory and network, and a deadline is for one.
      for (const [index, target] of targets.entries()) {
        const file = join(room, `report-${index}.json`)
        await scanOne(target, room, file)
        const report = await readReport(file)
        const { digest, platform } = target
        images.push({
          name: target.name,
          digest,
          platform,
          file,
          report: { ...report, suppressed: report.suppressed.map((item) => tracedBack(item, ignores)) },
        })
      }
      return images
    },
  }
}

const trivyFor = async (
  workDirectory: string,
  { trivy, install, offline = false }: ScanRequest,
  ports: ScanPorts,
): Promise<{ readonly program: string; readonly installed: boolean }> => {
  // A program that was named must be there; one that nobody named may be installed.
  const isWanted = trivy !== undefined || install?.when !== 'always'
  const found = isWanted
    ? await findTrivy(trivy, ports.environment['PATH']).catch(trivy === undefined && install !== undefined ? nowhere : rethrow)
    : undefined
  if (found !== undefined) return { program: found, installed: false }
  const program = await installTrivy(
    { ...(install ?? { directory: workDirectory, timeoutMs: 0 }), unpackInto: join(workDirectory, 'program'), offline },
    { signal: ports.signal, warn: ports.warn ?? (() => undefined), ...(ports.archives !== undefined && { store: ports.archives }) },
  )
  return { program, installed: true }
}

const nowhere = (): undefined => undefined
const rethrow = (error: unknown): never => {
  throw error
}

const databaseOptions = (kind: DatabaseKind, cacheDirectory: string, { database = {}, offline = false }: ScanRequest): DatabaseOptions => ({
  cacheDirectory,
  mirrors: (kind === 'java' ? database.javaMirrors : database.mirrors) ?? usualMirrors[kind],
  maxAgeMs: database.maxAgeMs ?? 7 * dayMs,
  mirrorTimeoutMs: database.mirrorTimeoutMs ?? 120_000,
  offline,
})
