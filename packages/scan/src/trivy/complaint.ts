import { stripVTControlCharacters } from 'node:util'

/** What Trivy says when it fails. */
export interface Complaint {
  /** Its own words on few lines, '' when there are none. */
  readonly text: string
  readonly isAboutDatabase: boolean
}

// Measured with 0.73: the text after FATAL, or of the Go panic that a database cut short leads to.
const database =
  /DB error|failed to download vulnerability DB|database error|doesn't match\. Local DB|Java DB|panic: assertion failed: Page expected/

const longest = 600

/** The end of Trivy's standard error, from its FATAL line on, or from a panic. Its standard output has only usage then. */
export const complaintOf = (stderr: string): Complaint => {
  const lines = stripVTControlCharacters(stderr)
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const panic = lines.findIndex((line) => line.startsWith('panic:'))
  const fatal = lines.findIndex((line) => /\tFATAL\t|\bFATAL\b/.test(line))
  const said = panic !== -1 ? lines.slice(panic, panic + 1) : fatal !== -1 ? lines.slice(fatal) : lines.slice(-3)
  const text = said.join(' ').replace(/^\S+\s+FATAL\s+(?:Fatal error\s+)?/, '')
  return { text: text.length > longest ? `…${text.slice(-longest)}` : text, isAboutDatabase: database.test(said.join(' ')) }
}
