import { createReadStream } from 'node:fs'
import { KitError } from '@deploy-kit/core'
import { ReportReader } from './report-reader.ts'
import type { Report } from './report.ts'

/**
 * Reads Trivy's JSON report. The values of secrets are never taken over.
 * @throws KitError `trivy-report-invalid`
 */
export const parseReport = (json: string): Report => {
  const reader = new ReportReader()
  reader.write(json)
  return reader.end()
}

/**
 * Reads Trivy's JSON report from a file, without holding it in memory.
 * @throws KitError `trivy-report-invalid`, also when there is none
 */
export const readReport = async (file: string): Promise<Report> => {
  const reader = new ReportReader()
  const chunks = createReadStream(file, { highWaterMark: 1024 * 1024 })
  try {
    for await (const chunk of chunks) reader.write(chunk as Buffer)
  } catch (error) {
    throw error instanceof KitError ? error : new KitError('trivy-report-invalid', `\`${file}\` cannot be read.`, { cause: error })
  }
  return reader.end()
}
