import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { KitError } from '@deploy-kit/core'
import { pathsRead, ReportReader } from './report-reader.ts'
import type { Report } from './report.ts'

/**
 * Reads Trivy's JSON report. The values of secrets are never taken over.
 * @throws KitError `trivy-report-invalid`
 */
export const parseReport = (json: string): Report => {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch (error) {
    throw notJson(error)
  }
  const reader = new ReportReader()
  reader.takeAll(value)
  return reader.end()
}

/** Up to this size a report is parsed at once, which is several times as fast and takes some three times its size. */
const atOnce = 48 * 1024 * 1024

/**
 * Reads Trivy's JSON report from a file. A large one is read piece by piece: one item is held at a time, so that hundreds of
 * megabytes, most of which are lists of packages and references, take no more memory than the findings in them.
 * @throws KitError `trivy-report-invalid`
 */
export const readReport = async (file: string, limit = atOnce): Promise<Report> => {
  try {
    const { size } = await stat(file)
    return size <= limit ? parseReport(await readFile(file, 'utf8')) : await readByPieces(file)
  } catch (error) {
    throw error instanceof KitError ? error : new KitError('trivy-report-invalid', `\`${file}\` cannot be read.`, { cause: error })
  }
}

const readByPieces = async (file: string): Promise<Report> => {
  const { JSONParser } = await import('@streamparser/json')
  const reader = new ReportReader()
  const parser = new JSONParser({ paths: [...pathsRead], keepStack: false })
  parser.onError = (error) => {
    throw error instanceof KitError ? error : notJson(error) // Ours comes from the reader.
  }
  parser.onValue = ({ value, stack, key }) => {
    // `CreatedAt`, `Results.0`, `Results.0.Target` or `Results.0.Secrets.3`, by the number of levels above.
    const list = stack[3]?.key
    const inResult = list === undefined ? `Results.*.${key}` : `Results.*.${list}.*`
    reader.take(stack.length === 1 ? String(key) : stack.length === 2 ? 'Results.*' : inResult, value)
  }
  for await (const chunk of createReadStream(file, { highWaterMark: 1024 * 1024 })) parser.write(chunk as Buffer)
  if (!parser.isEnded) parser.end()
  return reader.end()
}

const notJson = (cause: unknown): KitError =>
  new KitError('trivy-report-invalid', 'The report of Trivy is not JSON, or was cut short.', { cause })
