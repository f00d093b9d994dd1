import { parseDuration, writeDuration } from '../text/duration.ts'
import { InputRejected } from './input-rejected.ts'
import { spec, type InputOptions } from './input-spec.ts'

export const integer = <const O extends InputOptions<number> & { readonly min?: number; readonly max?: number }>(options: O) => {
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = options
  const range = options.max === undefined ? `a whole number from ${min}` : `a whole number from ${min} to ${max}`
  return spec<number, O>(
    {
      kind: 'integer',
      allowed: range,
      parse: (given) => {
        const value = /^-?\d+$/.test(given) ? Number(given) : Number.NaN
        if (!(value >= min && value <= max)) throw new InputRejected(`is not ${range}`)
        return value
      },
      write: String,
    },
    options,
  )
}

/** A share such as `1%` or `0.5%`; the value is a fraction, 0 to 1. */
export const share = <const O extends InputOptions<number>>(options: O) =>
  spec<number, O>(
    {
      kind: 'percentage',
      allowed: 'a percentage above 0 % and up to 100 %, such as 1%',
      parse: (given) => {
        const value = /^\d+(?:\.\d+)?\s*%$/.test(given) ? Number.parseFloat(given) / 100 : Number.NaN
        if (!(value > 0 && value <= 1)) throw new InputRejected('is not a percentage such as 1%')
        return value
      },
      write: (value) => `${Number((value * 100).toPrecision(12))}%`,
    },
    options,
  )

/** A duration; the value is in milliseconds. */
export const duration = <const O extends InputOptions<number>>(options: O) =>
  spec<number, O>(
    {
      kind: 'duration',
      allowed: 'a duration such as 30s, 10m, 1h30m',
      parse: (given) => {
        const ms = parseDuration(given)
        if (ms === undefined) throw new InputRejected('is not a duration such as 30s, 10m, 1h30m')
        return ms
      },
      write: writeDuration,
    },
    options,
  )

/** Rising percentages of requests, such as `5, 25, 50, 100`. */
export const weights = <const O extends InputOptions<readonly number[]>>(options: O) =>
  spec<readonly number[], O>(
    {
      kind: 'weights',
      allowed: 'whole percentages that rise, from 1 to 100, separated by commas',
      parse: (given) => {
        const values = given.split(/[\s,]+/).filter((part) => part !== '')
        const numbers = values.map((part) => (/^\d+%?$/.test(part) ? Number.parseInt(part, 10) : Number.NaN))
        const rising = numbers.every((n, i) => n >= 1 && n <= 100 && n > (numbers[i - 1] ?? 0))
        if (numbers.length === 0 || !rising) throw new InputRejected('is not a list of rising whole percentages such as 5, 25, 50, 100')
        return numbers
      },
      write: (value) => value.join(', '),
    },
    options,
  )
