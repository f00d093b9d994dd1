const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
const pattern = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/
const part = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/g

/** Milliseconds, whole, of a duration such as `500ms`, `30s`, `1m30s`, `2h`; undefined when it is none. */
export const parseDuration = (text: string): number | undefined => {
  if (!pattern.test(text)) return undefined
  let total = 0
  for (const [, amount, unit] of text.matchAll(part)) total += Number(amount) * unitMs[unit as keyof typeof unitMs]
  return Math.round(total)
}

/** A duration for people: `850 ms`, `2.4 s`, `2 m 10 s`, `1 h 5 m`. */
export const formatDuration = (ms: number): string => {
  // Rounded to what is shown before the unit is chosen, so that 59.97 s is a minute and never "60 s".
  if (Math.round(ms) < 1_000) return `${Math.round(ms)} ms`
  const tenths = Math.round(ms / 100) / 10
  if (tenths < 60) return `${tenths} s`
  const seconds = Math.round(ms / 1_000)
  if (seconds < 3_600) return join(Math.floor(seconds / 60), 'm', seconds % 60, 's')
  const minutes = Math.round(ms / 60_000)
  return join(Math.floor(minutes / 60), 'h', minutes % 60, 'm')
}

const join = (big: number, bigUnit: string, small: number, smallUnit: string): string =>
  small === 0 ? `${big} ${bigUnit}` : `${big} ${bigUnit} ${small} ${smallUnit}`

/** A duration as it is written in a configuration file: the inverse of parseDuration, exact to the millisecond. */
export const writeDuration = (ms: number): string => {
  for (const unit of ['d', 'h', 'm', 's'] as const) if (ms > 0 && ms % unitMs[unit] === 0) return `${ms / unitMs[unit]}${unit}`
  return `${ms}ms`
}
