import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'

/** What a published schema has against a value; empty when it takes it. */
export const faultsBy = (name: string): ((value: unknown) => readonly string[]) => {
  // Schemas say `format` for readers and the pattern for checks.
  const ajv = new Ajv2020({ allErrors: true, validateFormats: false, strict: false })
  const validate = ajv.compile(JSON.parse(readFileSync(`schema/${name}.schema.json`, 'utf8')) as object)
  return (value) => (validate(value) ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`))
}
