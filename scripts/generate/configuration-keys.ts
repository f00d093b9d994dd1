import * as z from 'zod'

/** A key of deploy-kit.yml, as the table shows it. */
export interface ConfigurationKey {
  /** `strategy.canary.steps`, from the top of the file or of an environment. */
  readonly path: string
  readonly allowed: string
  readonly required: boolean
  /** The default that the schema itself fills in. */
  readonly fallback: string | undefined
  readonly about: string
}

/** Every key below a schema, the key itself first, in the order of the schema. */
export const keysOf = (schema: z.core.$ZodType, path = '', required = true): readonly ConfigurationKey[] => {
  const bare = unwrapped(schema)
  const own = {
    path,
    allowed: allowedOf(bare),
    required: required && !isOptional(schema),
    fallback: fallbackOf(schema),
    about: aboutOf(schema),
  }
  // What has a page of its own is not told twice.
  if (z.globalRegistry.get(schema)?.['$comment'] !== undefined) return [own]
  return [...(path === '' ? [] : [own]), ...below(bare, path)]
}

const below = (schema: z.core.$ZodType, path: string, mustBe = true): readonly ConfigurationKey[] => {
  const prefix = path === '' ? '' : `${path}.`
  if (schema instanceof z.ZodObject)
    return Object.entries<z.core.$ZodType>(schema.shape).flatMap(([name, child]) => keysOf(child, prefix + name, mustBe))
  // Of alternatives only mappings have keys, and none of them must be chosen.
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option: z.core.$ZodType) => below(unwrapped(option), path, false))
  if (schema instanceof z.ZodArray) return below(unwrapped(schema.element), `${path}[]`, mustBe)
  return []
}

const unwrapped = (schema: z.core.$ZodType): z.core.$ZodType =>
  schema instanceof z.ZodOptional || schema instanceof z.ZodExactOptional || schema instanceof z.ZodDefault
    ? unwrapped(schema.unwrap())
    : schema

const isOptional = (schema: z.core.$ZodType): boolean =>
  schema instanceof z.ZodOptional || schema instanceof z.ZodExactOptional || schema instanceof z.ZodDefault

const fallbackOf = (schema: z.core.$ZodType): string | undefined =>
  schema instanceof z.ZodDefault ? String(schema.def.defaultValue) : undefined

const aboutOf = (schema: z.core.$ZodType): string =>
  z.globalRegistry.get(schema)?.description ?? z.globalRegistry.get(unwrapped(schema))?.description ?? ''

/** What may be written, in words. Examples that the schema names are the words for what a text must look like. */
const allowedOf = (schema: z.core.$ZodType): string => {
  const examples = z.globalRegistry.get(schema)?.examples
  if (Array.isArray(examples)) return `such as ${examples.map((example) => `\`${String(example)}\``).join(', ')}`
  if (schema instanceof z.ZodEnum) return schema.options.map((option) => `\`${String(option)}\``).join(', ')
  if (schema instanceof z.ZodBoolean) return '`true`, `false`'
  if (schema instanceof z.ZodNumber) return numberOf(schema)
  if (schema instanceof z.ZodArray) return `a list: ${allowedOf(unwrapped(schema.element))}`
  if (schema instanceof z.ZodUnion)
    return schema.options
      .map((option: z.core.$ZodType) => allowedOf(unwrapped(option)))
      .filter((text, index, all) => all.indexOf(text) === index)
      .join(', or ')
  if (schema instanceof z.ZodObject) return 'a mapping'
  if (schema instanceof z.ZodRecord) return 'a mapping of names'
  return 'text'
}

const numberOf = ({ minValue, maxValue, format }: z.ZodNumber): string => {
  const what = format === 'safeint' ? 'a whole number' : 'a number'
  const most = maxValue === null || maxValue >= Number.MAX_SAFE_INTEGER ? '' : ` to ${maxValue}`
  return `${what} from ${minValue ?? 0}${most}`
}
