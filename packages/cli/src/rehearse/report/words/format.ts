import { formatDuration } from '@deploy-kit/core'

const grouped = new Intl.NumberFormat('en')

/** A count: 12,345. */
export const count = (value: number): string => grouped.format(value)

/** A count and its noun: "1 request", "2 requests". */
export const counted = (value: number, noun: string): string => `${count(value)} ${noun}${value === 1 ? '' : 's'}`

/** Seconds of a moment or a length, to a tenth: "2.7 s". */
export const seconds = (ms: number): string => together(`${(ms / 1_000).toFixed(1)} s`)

/** A length of time in the unit that fits: "850 ms", "2.7 s", "2 m 10 s". */
export const duration = (ms: number): string => together(formatDuration(ms))

/** A sentence of the judge, in which "3.1 %" and "784 : 1" stay on one line. */
export const sentence = (text: string): string => text.replaceAll(/(?<=\d) (?=%)|(?<=\d) (?=: 1)|(?<=:) (?=1)/g, '\u00A0')

/** A number and its unit stay on one line. */
const together = (text: string): string => text.replaceAll(' ', '\u00A0')

/** "13.4 kB". */
export const bytes = (value: number): string => {
  if (value < 1_000) return `${value} B`
  return value < 1_000_000 ? `${(value / 1_000).toFixed(1)} kB` : `${(value / 1_000_000).toFixed(1)} MB`
}

/** "784 : 1", as the judge writes it; a dash where there is none. */
export const odds = (value: number | null): string => {
  if (value === null) return '–'
  if (value > 1e6) return 'over 1,000,000 : 1'
  if (value < 0.01) return 'under 0.01 : 1'
  return `${value >= 10 ? count(Math.floor(value * (1 + 1e-12))) : Number(value.toPrecision(2))} : 1`
}

/** Twelve digits of a digest are enough for people. */
export const shortDigest = (digest: string): string => digest.replace(/^sha256:/, '').slice(0, 12)

/** "2026-11-21 09:09:31 UTC". */
export const moment = (iso: string): string => iso.replace('T', ' ').replace(/(?:\.\d+)?Z$/, ' UTC')
