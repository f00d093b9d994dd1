import { copyFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { predicateOf } from '../predicate/predicate.ts'
import type { Finding } from '../report/finding.ts'
import type { ScanRequest } from '../request.ts'
import { sarifOf } from '../sarif/sarif.ts'
import type { Scanned, ScannedImage } from '../scanned.ts'
import type { Scanner } from '../scanner.ts'
import { severities } from '../severity.ts'
import { scanSummary } from '../summary/summary.ts'
import { convert, type ConvertedFormat } from '../trivy/convert.ts'
import { fileFor, outputFormats, type ScanFiles } from './formats.ts'
import { stableName } from './stable-name.ts'

/** Writes what was asked for, all of it from the reports that there are: nothing is scanned again. */
export const writeOutputs = async (
  scanned: Omit<Scanned, 'files'>,
  images: readonly ScannedImage[],
  request: ScanRequest,
  scanner: Scanner,
): Promise<ScanFiles> => {
  if (request.report === undefined) return { json: [], table: [], cyclonedx: [], spdx: [] }
  const report = resolve(request.report)
  const formats = request.formats ?? []
  const writeText = async (ending: string, text: string): Promise<string> => {
    const file = fileFor(report, undefined, ending)
    await writeFile(file, text)
    return file
  }
  const perImage = (write: (image: ScannedImage, platform: string | undefined) => Promise<string>): Promise<string[]> =>
    Promise.all(images.map((image) => write(image, images.length > 1 ? image.platform : undefined)))
  const json = await perImage(async (image, platform) => {
    const file = platform === undefined ? report : fileFor(report, platform, '.json')
    await copyFile(image.file, file)
    return file
  })
  const convertTo = async (format: ConvertedFormat): Promise<string[]> => {
    if (!formats.includes(format)) return []
    return perImage(async (image, platform) => {
      const output = fileFor(report, platform, outputFormats[format])
      await convert(
        scanned.trivy.program,
        format,
        { report: image.file, output, severities: request.reportSeverity ?? severities },
        scanner.ports,
      )
      return output
    })
  }
  return {
    json,
    ...(formats.includes('sarif') && { sarif: await writeText(outputFormats.sarif, JSON.stringify(sarifFor(scanned, images, request))) }),
    ...(formats.includes('predicate') && {
      predicate: await writeText(outputFormats.predicate, `${JSON.stringify(predicateFor(scanned, request), null, 2)}\n`),
    }),
    table: await convertTo('table'),
    cyclonedx: await convertTo('cyclonedx'),
    spdx: await convertTo('spdx'),
    ...(formats.includes('markdown') && {
      markdown: await writeText(outputFormats.markdown, scanSummary(scanned, request.reportSeverity)),
    }),
  }
}

const sarifFor = (scanned: Omit<Scanned, 'files'>, images: readonly ScannedImage[], request: ScanRequest): object => {
  const name = request.name ?? stableName(request.subject)
  const byKey = new Map(scanned.findings.map((finding) => [finding.key, finding]))
  const failing = new Set(scanned.failing.map(({ key }) => key))
  const shown = (finding: Finding): boolean =>
    failing.has(finding.key) || request.reportSeverity === undefined || request.reportSeverity.includes(finding.severity)
  return sarifOf(
    images.map((image) => ({
      category: ['deploy-kit', 'scan', name, ...(images.length > 1 && image.platform !== undefined ? [image.platform] : [])].join('/'),
      trivyVersion: scanned.trivy.version,
      // With what the feeds know, which the report does not.
      findings: image.report.findings.filter(shown).map((finding) => byKey.get(finding.key) ?? finding),
      suppressed: image.report.suppressed,
      artifact: name,
      ...(scanned.places !== undefined && { dockerfile: scanned.places }),
      properties: { subject: image.name, ...(image.digest !== undefined && { digest: image.digest }) },
    })),
  )
}

const predicateFor = (scanned: Omit<Scanned, 'files'>, request: ScanRequest): object =>
  predicateOf({
    subject: scanned.subject,
    digests: scanned.digests,
    trivyVersion: scanned.trivy.version,
    database: scanned.database,
    startedAt: scanned.startedAt,
    endedAt: scanned.endedAt,
    verdict: scanned.result,
    reasonCode: scanned.reasonCode,
    gate: {
      failOn: request.failOn,
      ignoreUnfixed: request.ignoreUnfixed,
      onlyNew: request.onlyNew ?? false,
      failOnExploited: request.failOnExploited ?? false,
      ...(request.failOnEpss !== undefined && { failOnEpss: request.failOnEpss }),
    },
    counts: scanned.counts,
    findings: scanned.findings,
    failing: scanned.failing.length,
    suppressed: scanned.suppressed.length,
  })
