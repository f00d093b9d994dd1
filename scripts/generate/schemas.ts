import type { GeneratedFile } from './generated-file.ts'

export interface PublishedSchema {
  /** Path in the repository, in the folder `schema/`. */
  readonly file: string
  /** The JSON Schema as a value. */
  readonly produce: () => unknown
}

/** Every JSON Schema that is published. Add a line, and `npm run generate` writes it and the drift check watches it. */
const published: readonly PublishedSchema[] = []

export const schemas = (): readonly GeneratedFile[] =>
  published.map(({ file, produce }) => ({ path: file, text: `${JSON.stringify(produce(), null, 2)}\n` }))
