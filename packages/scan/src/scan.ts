import { mkdtemp, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { advise, type Candidate } from './gate/advice.ts'
import { compare, type Baseline } from './gate/compare.ts'
import { gate } from './gate/gate.ts'
import { withThreats } from './feeds/threats.ts'
import { auditIgnores } from './ignore/ignores.ts'
import { makeDirectory, unwritable } from './make-directory.ts'
import { merged } from './report/merge.ts'
import { readReport } from './report/parse-report.ts'
import { openScanner, type Scanner } from './scanner.ts'
import { reasonFor } from './reason.ts'
import type { ScanPorts, ScanRequest } from './request.ts'
import type { Scanned, ScannedImage } from './scanned.ts'
import { baseImageOf, placesIn } from './sarif/places-in.ts'
import { writeOutputs } from './outputs/write-outputs.ts'

/**
 * Scans with Trivy, once for each image, and makes everything else out of its reports: gate, comparison, advice and files.
 * @throws KitError `trivy-missing`, `trivy-refused`, `trivy-failed`, `trivy-database-unavailable`, `trivy-database-outdated`,
 *   `trivy-report-invalid`, `scan-timeout`, `scan-subject-invalid`, `scan-directory-unwritable`, `ignore-file-invalid`, `ignore-reason-missing`, `feed-invalid`,
 *   what is wrong with an installation, or with the image's layout or reference
 */
export const scan = async (request: ScanRequest, ports: ScanPorts): Promise<Scanned> => {
  await makeDirectory(resolve(ports.temporaryDirectory))
  const workDirectory = await mkdtemp(join(resolve(ports.temporaryDirectory), 'scan-')).catch(unwritable(ports.temporaryDirectory))
  try {
    // Before the first process: an hour of scanning must not end in a report that cannot be written.
    await makeDirectory(resolve(request.cacheDirectory))
    if (request.report !== undefined) await makeDirectory(dirname(resolve(request.report)))
    return await scanIn(workDirectory, request, ports)
  } finally {
    await rm(workDirectory, { recursive: true, force: true })
  }
}

const scanIn = async (workDirectory: string, request: ScanRequest, ports: ScanPorts): Promise<Scanned> => {
  const { clock } = ports
  const startedAt = clock.now()
  const scanner = await openScanner(workDirectory, request, ports)
  const images = await scanner.scan(request.subject, request.platforms ?? [], request.name)
  const all = merged(images)
  const { findings, dates } = await withThreats(all.findings, request.feeds ?? {})

  const baseline = await baselineOf(request, scanner)
  const comparison = baseline === undefined ? undefined : compare(findings, baseline)
  const isNew = new Set(comparison?.newByImage.map(({ key }) => key))
  const gated =
    request.onlyNew === true && comparison !== undefined ? gate(findings, request, ({ key }) => isNew.has(key)) : gate(findings, request)

  const [first] = images as readonly [ScannedImage, ...ScannedImage[]]
  const places = await placesIn(request.dockerfile, first.report.layers)
  const candidates: Candidate[] = []
  // One after the other, as all runs of Trivy.
  for (const subject of request.baseCandidates ?? []) candidates.push(candidateOf(await scanner.scan(subject, request.platforms ?? [])))
  const named = request.subject.kind === 'image' ? request.subject.reference : first.name
  const scanned: Omit<Scanned, 'files'> = {
    ...gated,
    reasonCode: reasonFor(gated),
    subject: images.length === 1 ? first.name : named,
    digest: digestOf(request) ?? first.digest,
    digests: [...new Set([digestOf(request), ...images.map(({ digest }) => digest)].filter((digest) => digest !== undefined))],
    platforms: images.flatMap(({ platform }) => platform ?? []),
    findings,
    suppressed: all.suppressed,
    targets: images.reduce((sum, { report }) => sum + report.targets, 0),
    system: first.report.system,
    trivy: scanner.trivy,
    database: scanner.database,
    feeds: dates,
    comparison,
    ignores: auditIgnores(scanner.ignores, all.suppressed, clock.now(), request.ignores?.warnDays ?? 0),
    advice: advise(gated.failing, baseImageOf(first.report, places), candidates),
    places,
    startedAt,
    endedAt: clock.now(),
  }
  return { ...scanned, files: await writeOutputs(scanned, images, request, scanner) }
}

const baselineOf = async ({ baseline, platforms = [] }: ScanRequest, scanner: Scanner): Promise<Baseline | undefined> => {
  if (baseline === undefined) return undefined
  if ('report' in baseline) return { kind: 'earlier-report', name: baseline.report, reports: [await readReport(resolve(baseline.report))] }
  const images = await scanner.scan(baseline.subject, platforms, baseline.name)
  return { kind: 'same-database', name: images[0]?.name ?? '', reports: images.map(({ report }) => report) }
}

const candidateOf = (images: readonly ScannedImage[]): Candidate => ({
  name: images[0]?.name ?? '',
  keys: new Set(images.flatMap(({ report }) => report.findings.map(({ key }) => key))),
})

const digestOf = ({ subject }: ScanRequest): string | undefined =>
  subject.kind === 'image' ? subject.reference.split('@')[1] : subject.kind === 'layout' ? subject.digest : undefined
