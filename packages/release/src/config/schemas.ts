import { suiteJsonSchema } from '@deploy-kit/smoke'

/** The JSON Schemas that are published in schema/, by name. */
export const schemas = {
  config: async (): Promise<unknown> => (await import('./schema.ts')).configJsonSchema(),
  smoke: async (): Promise<unknown> => suiteJsonSchema(),
}

export type SchemaName = keyof typeof schemas
