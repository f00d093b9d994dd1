import { dayOfYear, isoWeek, localWeek, zonedTime, type ZonedTime } from './zoned-time.ts'

const months = 'January February March April May June July August September October November December'.split(' ')
const days = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ')

const zeros = (value: number, width: number): string => String(value).padStart(width, '0')

const ordinal = (value: number): string => {
  const last = Math.floor((value % 100) / 10) === 1 ? 0 : value % 10
  return `${value}${['th', 'st', 'nd', 'rd'][last] ?? 'th'}`
}

const offsetOf = (time: ZonedTime, separator: string): string => {
  const size = Math.abs(time.offset)
  return `${time.offset < 0 ? '-' : '+'}${zeros(Math.floor(size / 60), 2)}${separator}${zeros(size % 60, 2)}`
}

const twelve = (hour: number): number => hour % 12 || 12

/** The tokens of moment.js (momentjs.com/docs/#/displaying/format/) in its locale `en`. */
const tokens: Readonly<Record<string, (time: ZonedTime) => string>> = {
  YYYY: (t) => zeros(t.year, 4),
  YY: (t) => zeros(t.year % 100, 2),
  Y: (t) => String(t.year),
  Qo: (t) => ordinal(Math.ceil(t.month / 3)),
  Q: (t) => String(Math.ceil(t.month / 3)),
  MMMM: (t) => months[t.month - 1] ?? '',
  MMM: (t) => (months[t.month - 1] ?? '').slice(0, 3),
  MM: (t) => zeros(t.month, 2),
  Mo: (t) => ordinal(t.month),
  M: (t) => String(t.month),
  DDDD: (t) => zeros(dayOfYear(t), 3),
  DDDo: (t) => ordinal(dayOfYear(t)),
  DDD: (t) => String(dayOfYear(t)),
  DD: (t) => zeros(t.day, 2),
  Do: (t) => ordinal(t.day),
  D: (t) => String(t.day),
  dddd: (t) => days[t.weekday] ?? '',
  ddd: (t) => (days[t.weekday] ?? '').slice(0, 3),
  dd: (t) => (days[t.weekday] ?? '').slice(0, 2),
  do: (t) => ordinal(t.weekday),
  d: (t) => String(t.weekday),
  e: (t) => String(t.weekday),
  E: (t) => String(t.weekday || 7),
  ww: (t) => zeros(localWeek(t).week, 2),
  wo: (t) => ordinal(localWeek(t).week),
  w: (t) => String(localWeek(t).week),
  WW: (t) => zeros(isoWeek(t).week, 2),
  Wo: (t) => ordinal(isoWeek(t).week),
  W: (t) => String(isoWeek(t).week),
  gggg: (t) => zeros(localWeek(t).year, 4),
  gg: (t) => zeros(localWeek(t).year % 100, 2),
  GGGG: (t) => zeros(isoWeek(t).year, 4),
  GG: (t) => zeros(isoWeek(t).year % 100, 2),
  A: (t) => (t.hour < 12 ? 'AM' : 'PM'),
  a: (t) => (t.hour < 12 ? 'am' : 'pm'),
  HH: (t) => zeros(t.hour, 2),
  H: (t) => String(t.hour),
  hh: (t) => zeros(twelve(t.hour), 2),
  h: (t) => String(twelve(t.hour)),
  kk: (t) => zeros(t.hour || 24, 2),
  k: (t) => String(t.hour || 24),
  mm: (t) => zeros(t.minute, 2),
  m: (t) => String(t.minute),
  ss: (t) => zeros(t.second, 2),
  s: (t) => String(t.second),
  ZZ: (t) => offsetOf(t, ''),
  Z: (t) => offsetOf(t, ':'),
  X: (t) => String(Math.floor(t.epochMs / 1000)),
  x: (t) => String(t.epochMs),
}

/** Long forms of the same, which stand for several tokens. */
const longForms: Readonly<Record<string, string>> = {
  LTS: 'h:mm:ss A',
  LT: 'h:mm A',
  LLLL: 'dddd, MMMM D, YYYY h:mm A',
  LLL: 'MMMM D, YYYY h:mm A',
  LL: 'MMMM D, YYYY',
  L: 'MM/DD/YYYY',
  llll: 'ddd, MMM D, YYYY h:mm A',
  lll: 'MMM D, YYYY h:mm A',
  ll: 'MMM D, YYYY',
  l: 'M/D/YYYY',
}

const longest = [...Object.keys(longForms), ...Object.keys(tokens)].toSorted((a, b) => b.length - a.length)
const token = new RegExp(String.raw`\[([^\]]*)\]|S{1,9}|${longest.join('|')}`, 'g')

/**
 * A moment in a format of moment.js, as metadata-action takes it: `YYYYMMDD-HHmmss`. Text in brackets stands as it is, and so do
 * letters that are no token. Without a format: ISO 8601.
 * @throws RangeError for a time zone that is not in the IANA database
 */
export const formatTime = (epochMs: number, format = 'YYYY-MM-DDTHH:mm:ssZ', timeZone = 'UTC'): string => {
  const time = zonedTime(epochMs, timeZone)
  const text = format.replace(token, (match: string, literal: string | undefined) => {
    if (literal !== undefined) return literal
    // Fractions of a second: the clock has three digits of them.
    if (match.startsWith('S')) return zeros(time.millisecond, 3).padEnd(9, '0').slice(0, match.length)
    const long = longForms[match]
    return long === undefined ? (tokens[match]?.(time) ?? match) : formatTime(epochMs, long, timeZone)
  })
  return text
}
