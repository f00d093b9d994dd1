import type { z } from 'zod'
import { KitError } from '../errors.ts'
import type { ReasonCode } from '../reason-codes/index.ts'
import { checkYaml } from './check-yaml.ts'

/**
 * The value of a YAML text by a schema.
 * @throws KitError with the given code, at the place of the first fault, with a line for each of the others
 */
export const readYaml = <T>(text: string, file: string, schema: z.ZodType<T>, code: ReasonCode): T => {
  const checked = checkYaml(text, file, schema)
  if ('value' in checked) return checked.value
  const [first, ...others] = checked.problems
  const more = others.map(({ where, message }) => `\n  ${where}  ${message}`).join('')
  throw new KitError(code, `${first.message}${more}`, { where: first.where })
}
