import type { z } from 'zod'
import { KitError } from '../errors.ts'
import type { ReasonCode } from '../reason-codes/index.ts'
import { checkYaml } from './check-yaml.ts'
import type { YamlProblem } from './problems.ts'

/**
 * The value of a YAML text by a schema.
 * @throws KitError with the given code, at the place of the first fault, with a line for each of the others
 */
export const readYaml = <T>(text: string, file: string, schema: z.ZodType<T>, code: ReasonCode): T => {
  const checked = checkYaml(text, file, schema)
  if ('value' in checked) return checked.value
  throw faultOf(checked.problems, code)
}

export const faultOf = ([first, ...others]: readonly [YamlProblem, ...YamlProblem[]], code: ReasonCode): KitError => {
  const more = others.map(({ where, message }) => `\n  ${where}  ${message}`).join('')
  return new KitError(code, `${first.message}${more}`, { where: first.where })
}
