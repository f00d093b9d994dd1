/** What a scan can be written as beside Trivy's own JSON, with the end of the file's name. */
export const outputFormats = {
  sarif: '.sarif',
  markdown: '.md',
  table: '.txt',
  cyclonedx: '.cdx.json',
  spdx: '.spdx.json',
  predicate: '.predicate.json',
} as const
export type OutputFormat = keyof typeof outputFormats

/** The files of a scan, absolute. Formats of Trivy's are one file for each platform. */
export interface ScanFiles {
  readonly json: readonly string[]
  readonly sarif?: string
  readonly markdown?: string
  readonly predicate?: string
  readonly table: readonly string[]
  readonly cyclonedx: readonly string[]
  readonly spdx: readonly string[]
}

/** `trivy-report.json` for linux/arm64 as SPDX: `trivy-report.linux-arm64.spdx.json`. */
export const fileFor = (report: string, platform: string | undefined, ending: string): string => {
  const stem = report.replace(/\.json$/i, '')
  return `${stem}${platform === undefined ? '' : `.${platform.replaceAll('/', '-')}`}${ending}`
}
