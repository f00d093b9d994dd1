/** A moment as a calendar and a clock of some place show it. Months and weekdays count from 1 and 0 (Sunday). */
export interface ZonedTime {
  readonly epochMs: number
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly millisecond: number
  readonly weekday: number
  /** Minutes east of UTC. */
  readonly offset: number
}

const dayMs = 86_400_000

/** @throws RangeError for a time zone that is not in the IANA database */
export const zonedTime = (epochMs: number, timeZone: string): ZonedTime => {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  const parts = new Map(format.formatToParts(epochMs).map(({ type, value }) => [type, Number(value)]))
  const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0
  const [year, month, day, hour, minute, second] = [part('year'), part('month'), part('day'), part('hour'), part('minute'), part('second')]
  const asUtc = Date.UTC(year, month - 1, day, hour, minute, second)
  const millisecond = ((epochMs % 1000) + 1000) % 1000
  const offset = Math.round((asUtc + millisecond - epochMs) / 60_000)
  return { epochMs, year, month, day, hour, minute, second, millisecond, weekday: new Date(asUtc).getUTCDay(), offset }
}

/** From 1. */
export const dayOfYear = ({ year, month, day }: ZonedTime): number => (Date.UTC(year, month - 1, day) - Date.UTC(year, 0, 1)) / dayMs + 1

/** Week and its year by ISO 8601: weeks begin on Monday, and the first one holds 4 January. */
export const isoWeek = (time: ZonedTime): { readonly week: number; readonly year: number } => weekWith(time, 1, 4)

/** Week and its year as in the United States: weeks begin on Sunday, and the first one holds 1 January. */
export const localWeek = (time: ZonedTime): { readonly week: number; readonly year: number } => weekWith(time, 0, 1)

const weekWith = (time: ZonedTime, firstWeekday: number, inFirstWeek: number): { week: number; year: number } => {
  const today = Date.UTC(time.year, time.month - 1, time.day)
  const startOf = (year: number): number => {
    const within = Date.UTC(year, 0, inFirstWeek)
    return within - ((new Date(within).getUTCDay() - firstWeekday + 7) % 7) * dayMs
  }
  const year = [time.year + 1, time.year, time.year - 1].find((candidate) => startOf(candidate) <= today) ?? time.year
  return { week: Math.floor((today - startOf(year)) / (7 * dayMs)) + 1, year }
}
