import { KitError } from '@deploy-kit/core'

/** Where an instruction begins. */
export interface Place {
  readonly file: string
  /** From 1. */
  readonly line: number
  readonly column: number
}

const at = (place: Place): string => `${place.file}:${place.line}:${place.column}`

/** A line that every engine would refuse. */
export const invalid = (place: Place, message: string): KitError => new KitError('dockerfile-invalid', message, { where: at(place) })

/** A line that this engine cannot carry out, but another can. */
export const unsupported = (place: Place, what: string): KitError =>
  new KitError('dockerfile-unsupported', `The embedded engine \`oci\` cannot build ${what}.`, {
    where: at(place),
    remedy: 'Build it with `engine: buildx`, or take it out of the Dockerfile.',
  })

/** A source of COPY that is not there. */
export const sourceMissing = (place: Place, message: string): KitError => new KitError('copy-source-missing', message, { where: at(place) })

/** The same error, told with the line that led to it. */
export const toldAt = (place: Place, error: unknown): unknown =>
  error instanceof KitError && error.where === undefined
    ? new KitError(error.code, error.message, { remedy: error.remedy, where: at(place), cause: error.cause })
    : error
