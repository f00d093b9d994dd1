import { checkYaml, readYaml, type YamlProblem } from '@deploy-kit/core/yaml'
import * as z from 'zod'
import { suiteSchema } from './schema.ts'
import type { Suite } from './suite.ts'

/**
 * The suite in a YAML text. `file` is only for the messages.
 * @throws KitError `smoke-suite-invalid` with the place of the first fault and a line for each of the others
 */
export const readSuite = (text: string, file: string): Suite => readYaml(text, file, suiteSchema, 'smoke-suite-invalid')

/** Every fault of a suite, without running anything; none when it can be run. */
export const checkSuite = (text: string, file: string): readonly YamlProblem[] => {
  const checked = checkYaml(text, file, suiteSchema)
  return 'problems' in checked ? checked.problems : []
}

/** The JSON Schema of a suite file, for editors. */
export const suiteJsonSchema = (): z.core.JSONSchema.BaseSchema => z.toJSONSchema(suiteSchema, { io: 'input' })
