import { suiteJsonSchema } from '@deploy-kit/smoke'

/** The JSON Schemas that are published in schema/, by name. */
export const schemas = {
  config: async (): Promise<unknown> => (await import('./schema.ts')).configJsonSchema(),
  smoke: async (): Promise<unknown> => suiteJsonSchema(),
  result: async (): Promise<unknown> => (await import('../report/result-schema.ts')).resultJsonSchema(),
}

export type SchemaName = keyof typeof schemas
