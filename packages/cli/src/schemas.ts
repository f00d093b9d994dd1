import { schemas as ofReleases } from '@deploy-kit/release'

/** The JSON Schemas that are published in schema/ and printed by `deploy-kit schema`, by name. */
export const schemas = {
  ...ofReleases,
  rehearsal: async (): Promise<unknown> => (await import('./rehearse/result-schema.ts')).rehearsalJsonSchema(),
}

export type SchemaName = keyof typeof schemas
