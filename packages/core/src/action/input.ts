import { parseDuration, writeDuration } from '../text/duration.ts'
import { InputRejected } from './input-rejected.ts'

/** One input: what it means, what it may be, and how its text becomes a value. */
export interface InputSpec<T> {
  /** The kind of value, as shown in tables. */
  readonly kind: string
  readonly about: string
  readonly required: boolean
  /** The default as it is written in action.yml. */
  readonly defaultText: string | undefined
  /** The allowed values for people and error messages. */
  readonly allowed: string
  /** Choices, for schemas and completion. */
  readonly choices: readonly string[] | undefined
  /** Whether the value is a secret: masked, and never given on a command line. */
  readonly secret: boolean
  /** @throws InputRejected when the text is not allowed */
  parse(text: string): T
  /** Phantom: carries the type of the value as main sees it. */
  readonly value?: T
}

export interface InputOptions<T> {
  readonly about: string
  readonly required?: true
  readonly default?: T
}

/** An input that is neither required nor defaulted may be absent. */
type Given<T, O> = O extends { required: true } | { default: unknown } ? T : T | undefined

interface Kind<T> {
  readonly kind: string
  readonly allowed: string
  readonly choices?: readonly string[]
  readonly secret?: boolean
  parse(text: string): T
  write(value: T): string
}

const spec = <T, const O extends InputOptions<T>>(kind: Kind<T>, options: O): InputSpec<Given<T, O>> => ({
  kind: kind.kind,
  about: options.about,
  required: options.required === true,
  defaultText: options.default === undefined ? undefined : kind.write(options.default),
  allowed: kind.allowed,
  choices: kind.choices,
  secret: kind.secret === true,
  parse: (text) => kind.parse(text),
})

const asIs = (text: string): string => text

const text = <const O extends InputOptions<string>>(options: O) =>
  spec<string, O>({ kind: 'text', allowed: 'any text', parse: asIs, write: asIs }, options)

/** A secret is read like text, but masked in the log, and the command line takes it from the environment only. */
const secret = <const O extends InputOptions<string>>(options: O) =>
  spec<string, O>({ kind: 'secret', allowed: 'a secret', secret: true, parse: asIs, write: asIs }, options)

const path = <const O extends InputOptions<string>>(options: O) =>
  spec<string, O>({ kind: 'path', allowed: 'a path', parse: asIs, write: asIs }, options)

/** One value a line; empty lines and surrounding space are dropped. */
const lines = <const O extends InputOptions<readonly string[]>>(options: O) =>
  spec<readonly string[], O>(
    {
      kind: 'lines',
      allowed: 'one value a line',
      parse: (given) =>
        given
          .split(/\r?\n/)
          .map((line) => line.trim())
          .filter((line) => line !== ''),
      write: (value) => value.join('\n'),
    },
    options,
  )

const choice = <const C extends readonly [string, ...string[]], const O extends InputOptions<C[number]>>(choices: C, options: O) =>
  spec<C[number], O>(
    {
      kind: 'choice',
      allowed: choices.join(', '),
      choices,
      parse: (given) => {
        if (!choices.includes(given)) throw new InputRejected(`is not one of ${choices.join(', ')}`)
        return given
      },
      write: asIs,
    },
    options,
  )

/** YAML 1.2 booleans, as GitHub's own actions take them. */
const boolean = <const O extends InputOptions<boolean>>(options: O) =>
  spec<boolean, O>(
    {
      kind: 'boolean',
      allowed: 'true, false',
      choices: ['true', 'false'],
      parse: (given) => {
        if (/^(?:true|True|TRUE)$/.test(given)) return true
        if (/^(?:false|False|FALSE)$/.test(given)) return false
        throw new InputRejected('is neither true nor false')
      },
      write: String,
    },
    options,
  )

const integer = <const O extends InputOptions<number> & { readonly min?: number; readonly max?: number }>(options: O) => {
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
const share = <const O extends InputOptions<number>>(options: O) =>
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
const duration = <const O extends InputOptions<number>>(options: O) =>
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
const weights = <const O extends InputOptions<readonly number[]>>(options: O) =>
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

/** The vocabulary of action definitions. */
export const input = { text, secret, path, lines, choice, boolean, integer, share, duration, weights }
