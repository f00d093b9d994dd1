import { runTrivy, type TrivyPorts } from './run-trivy.ts'

/** Formats that Trivy itself makes of its report, without scanning again. */
export const converted = { table: 'table', cyclonedx: 'cyclonedx', spdx: 'spdx-json' } as const
export type ConvertedFormat = keyof typeof converted

const convertDeadlineMs = 120_000

/** Writes a report in another format. @throws KitError `trivy-failed`, `scan-timeout` */
export const convert = async (
  program: string,
  format: ConvertedFormat,
  { report, output, severities }: { readonly report: string; readonly output: string; readonly severities: readonly string[] },
  trivy: TrivyPorts,
): Promise<void> => {
  const severity = format === 'table' ? ['--severity', severities.map((name) => name.toUpperCase()).join(',')] : []
  await runTrivy(program, ['convert', '--format', converted[format], '--output', output, ...severity, report], convertDeadlineMs, trivy)
}
