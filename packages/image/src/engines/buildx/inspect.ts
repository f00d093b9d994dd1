/** What `docker buildx inspect` says of a builder. */
export interface Inspected {
  readonly driver: string
  /** Why it cannot be used, in buildx's words. */
  readonly error: string | undefined
  readonly running: boolean
  readonly version: string | undefined
  /** Whether it writes OCI layouts and takes several platforms; Docker's own driver does neither without the containerd store. */
  readonly writesLayouts: boolean
}

/** Reads the text of `buildx inspect`; there is no JSON of it. The features are shown with `--debug`, and follow from the driver without. */
export const readInspect = (text: string): Inspected => {
  const value = (name: string): string | undefined => new RegExp(`^\\s*${name}:[ \\t]*(\\S.*)$`, 'm').exec(text)?.[1]
  const driver = value('Driver') ?? ''
  const feature = value('OCI exporter')
  return {
    driver,
    error: value('Error'),
    running: value('Status') === 'running',
    version: value('BuildKit version') ?? value('BuildKit'),
    writesLayouts: feature === undefined ? driver !== 'docker' : feature === 'true',
  }
}
