import { createHash } from 'node:crypto'

/** What is released: an image by digest, where it came from, and the configuration that runs with it. */
export interface Release {
  /** `sha256:…` of the image manifest: the identity of the release. */
  readonly digest: string
  /** Where the platform gets the image: a reference with the digest, or a directory that holds an OCI layout. */
  readonly image: string
  readonly commit?: string
  readonly version?: string
  /** Environment variables that the release runs with. */
  readonly environment: Readonly<Record<string, string>>
  /** Hash of the configuration, so that the same image with another configuration is another release. */
  readonly configuration: string
}

/** Hash of the variables that a release runs with, and of whatever else configures it; independent of the order of the variables. */
export const configurationOf = (variables: Release['environment'], ...further: readonly string[]): string =>
  createHash('sha256')
    .update(JSON.stringify([...Object.entries(variables).toSorted(([a], [b]) => (a < b ? -1 : 1)), ...further]))
    .digest('hex')
    .slice(0, 16)

export type Side = 'stable' | 'canary'

/** Percent of the requests that the canary answers, a whole number from 0 to 100. */
export type Percent = number

/** Whether two releases run the same code with the same configuration. */
export const sameRelease = (a: Release | undefined, b: Release | undefined): boolean =>
  a !== undefined && b !== undefined && a.digest === b.digest && a.configuration === b.configuration
