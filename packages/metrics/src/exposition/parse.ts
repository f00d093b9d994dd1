import { KitError, messageOf } from '@deploy-kit/core'
import { Cursor } from './cursor.ts'
import type { Sample } from './sample.ts'

const metricName = /[a-zA-Z_:][a-zA-Z0-9_:]*/y
const labelName = /[a-zA-Z_][a-zA-Z0-9_]*/y
const number = /[+-]?(?:inf(?:inity)?|nan|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)(?=\s|$)/iy

/**
 * The samples of a Prometheus text exposition or of OpenMetrics text (prometheus.io/docs/instrumenting/exposition_formats,
 * github.com/prometheus/OpenMetrics). Comments, timestamps and exemplars are read over; `# EOF` ends the document.
 *
 * @throws KitError `metrics-unavailable` naming the line that is none of these: half a document is not data
 */
export const parseExposition = (text: string): Sample[] => {
  const samples: Sample[] = []
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim()
    if (line === '# EOF') break
    if (line === '' || line.startsWith('#')) continue
    try {
      samples.push(parseSample(line))
    } catch (error) {
      throw new KitError('metrics-unavailable', `Line ${index + 1} is not Prometheus text: ${messageOf(error)}.`, {
        remedy: 'Give the address of a Prometheus text exposition, such as `http://host:port/metrics`.',
        cause: error,
      })
    }
  }
  return samples
}

const parseSample = (line: string): Sample => {
  const cursor = new Cursor(line)
  const labels: Record<string, string> = {}
  let name = line.startsWith('{') ? undefined : cursor.match(metricName, 'a metric name')
  cursor.skipBlanks()
  if (cursor.takes('{')) name = parseLabels(cursor, labels) ?? name
  if (name === undefined) throw cursor.fault('the series has no name')
  cursor.skipBlanks()
  return { name, labels, value: parseNumber(cursor.match(number, 'a number')) }
}

/** Fills `labels` up to the closing brace; returns a quoted metric name, which UTF-8 names use: `{"http.requests", code="200"}`. */
const parseLabels = (cursor: Cursor, labels: Record<string, string>): string | undefined => {
  let name: string | undefined
  for (;;) {
    cursor.skipBlanks()
    if (cursor.takes('}')) return name
    const isQuoted = cursor.text[cursor.at] === '"'
    const label = isQuoted ? cursor.quoted() : cursor.match(labelName, 'a label name')
    cursor.skipBlanks()
    if (cursor.takes('=')) {
      cursor.skipBlanks()
      labels[label] = cursor.quoted()
    } else if (isQuoted && name === undefined) name = label
    else throw cursor.fault('expected `=`')
    cursor.skipBlanks()
    if (!cursor.takes(',') && cursor.text[cursor.at] !== '}') throw cursor.fault('expected `,` or `}`')
  }
}

/** A number as Prometheus writes it, with `+Inf`, `-Inf` and `NaN`. */
export const parseNumber = (text: string): number => {
  const plain = text.toLowerCase().replace(/^\+/, '')
  if (plain.startsWith('inf')) return Infinity
  if (plain.startsWith('-inf')) return -Infinity
  return Number(plain)
}

/** The boundary that an `le` label stands for, in the unit of the histogram; NaN when it is no number. */
export const bucketBoundary = (le: string): number => parseNumber(le.trim() === '' ? 'nan' : le.trim())
