import type { BuildSecret } from '../build-engine.ts'

/** The values of `--secret`. A value is referred to by the variable that holds it; it never stands in an argument vector. */
export const secretArguments = (secrets: readonly BuildSecret[] = []): readonly string[] =>
  secrets.map(({ id, from }) => (from.kind === 'value' ? `id=${id},env=${variableOf(id)}` : `id=${id},${csvField(`src=${from.path}`)}`))

/** The variables that `secretArguments` refer to. */
export const secretEnvironment = (secrets: readonly BuildSecret[] = []): Readonly<Record<string, string>> =>
  Object.fromEntries(secrets.flatMap(({ id, from }) => (from.kind === 'value' ? [[variableOf(id), from.value]] : [])))

/** A field of a CSV line: engines read the values of such flags as one. */
export const csvField = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

const variableOf = (id: string): string => `DEPLOY_KIT_SECRET_${Buffer.from(id).toString('hex').toUpperCase()}`
