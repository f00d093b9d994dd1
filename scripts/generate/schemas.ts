import { schemas, type SchemaName } from '@deploy-kit/cli'
import type { GeneratedFile } from './generated-file.ts'

/** Every JSON Schema that is published, with its file. A schema without a file does not compile. */
const files: Readonly<Record<SchemaName, string>> = {
  config: 'schema/deploy-kit.schema.json',
  smoke: 'schema/smoke.schema.json',
  result: 'schema/result.schema.json',
  rehearsal: 'schema/rehearsal.schema.json',
}

/** `npm run generate` writes them, and the drift check watches them. */
export const publishedSchemas = async (): Promise<readonly GeneratedFile[]> =>
  Promise.all(
    Object.entries(files).map(async ([name, path]) => ({
      path,
      text: `${JSON.stringify(await schemas[name as SchemaName](), null, 2)}\n`,
    })),
  )
