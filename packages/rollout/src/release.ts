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

export type Side = 'stable' | 'canary'

/** Percent of the requests that the canary answers, a whole number from 0 to 100. */
export type Percent = number

/** Whether two releases run the same code with the same configuration. */
export const sameRelease = (a: Release | undefined, b: Release | undefined): boolean =>
  a !== undefined && b !== undefined && a.digest === b.digest && a.configuration === b.configuration
