import * as z from 'zod'
import { messageOf } from '../errors.ts'
import { parseDuration } from '../text/duration.ts'

/** The message of a value that is not what it should be, or is not there. */
export const expected =
  (what: string) =>
  ({ input }: { readonly input?: unknown }): string =>
    input === undefined ? `is missing; expected ${what}` : `expected ${what}, got ${JSON.stringify(input).slice(0, 60)}`

/** An object with these keys and no others; the error names the ones that are allowed. */
export const keys = <S extends z.core.$ZodLooseShape>(shape: S): z.ZodObject<S, z.core.$strict> =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `unknown key \`${issue.keys.join('`, `')}\`; allowed: ${Object.keys(shape).join(', ')}`
        : expected(`a mapping with the keys ${Object.keys(shape).join(', ')}`)(issue),
  })

/** Text that `read` understands, as what it makes of it. What it throws becomes the error. */
export const readBy = <T>(what: string, read: (text: string) => T) =>
  z.string({ error: expected(what) }).transform((given, context): T => {
    try {
      return read(given)
    } catch (error) {
      context.addIssue({ code: 'custom', message: `\`${given}\` is not ${what}: ${messageOf(error)}` })
      return z.NEVER
    }
  })

const milliseconds = (given: string): number => {
  const ms = parseDuration(given)
  if (ms === undefined || ms === 0) throw new Error('write a number above 0 with ms, s, m or h')
  return ms
}

/** A duration, as milliseconds. */
export const duration = readBy('a duration such as 500ms or 30s', milliseconds).meta({ examples: ['500ms', '30s', '1m30s'] })

/** A duration that may be 0, for something that is not done at all. */
export const durationOrZero = readBy('a duration such as 30s, or 0s', (given) => {
  const ms = parseDuration(given)
  if (ms === undefined) throw new Error('write a number with ms, s, m or h')
  return ms
}).meta({ examples: ['0s', '30s', '15m'] })

/** Text; a number or a boolean is taken as YAML writes it. */
export const text = z.union([z.string(), z.number(), z.boolean()], { error: expected('text') }).transform((value) => String(value))
/** Text that is not empty. */
export const words = z.string({ error: expected('text') }).min(1, { error: expected('text') })
/** Names with texts. */
export const textMap = z.record(z.string(), text, { error: expected('a mapping of names to texts') })

/** A whole number within a range. */
export const whole = (what: string, least: number, most: number): z.ZodInt => {
  const error = expected(`${what} from ${least} to ${most}`)
  return z.int({ error }).min(least, { error }).max(most, { error })
}

/** A percentage such as `1%` or `0.5%`, as a fraction above 0 and up to 1. */
export const share = readBy('a percentage such as 1%', (given) => {
  const value = /^\d+(?:\.\d+)?\s*%$/.test(given) ? Number.parseFloat(given) / 100 : Number.NaN
  if (!(value > 0 && value <= 1)) throw new Error('write a number above 0 and up to 100 with %')
  return value
}).meta({ examples: ['1%', '0.5%'] })
