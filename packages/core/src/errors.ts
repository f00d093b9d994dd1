import type { ReasonCode } from './reason-codes/index.ts'
import { reasonCodes } from './reason-codes/index.ts'

/** What a person needs besides the message. */
export interface KitErrorDetails {
  /** What to do about it. Without one, the remedy of the code's page is shown. */
  readonly remedy?: string
  /** Where in a file the fault is, as `file:line:column`. */
  readonly where?: string
  readonly cause?: unknown
}

/**
 * The one error of deploy-kit: a stable code with a page of its own, what was seen, and what to do.
 * Anything else that is thrown is a bug of ours and is reported as one.
 */
export class KitError extends Error {
  override readonly name = 'KitError'
  readonly code: ReasonCode
  readonly remedy: string
  readonly where: string | undefined

  constructor(code: ReasonCode, message: string, details: KitErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.remedy = details.remedy ?? reasonCodes[code].remedy
    this.where = details.where
  }
}

/** The error as a KitError: itself, the reason of the abort that it tells of, or `internal-error` around whatever else was thrown. */
export const asKitError = (thrown: unknown): KitError => {
  if (thrown instanceof KitError) return thrown
  // Node's own functions answer an abort with an AbortError whose cause is the signal's reason.
  if (thrown instanceof Error && thrown.name === 'AbortError' && thrown.cause instanceof KitError) return thrown.cause
  return new KitError('internal-error', messageOf(thrown), { cause: thrown })
}

/** The message of anything that can be thrown, with those of its causes. */
export const messageOf = (thrown: unknown): string => {
  if (!(thrown instanceof Error)) return String(thrown)
  const own = thrown.message === '' ? thrown.name : thrown.message
  const cause = thrown.cause === undefined ? '' : messageOf(thrown.cause)
  // Whoever wrapped it may have told it already.
  return cause === '' || own.includes(cause) ? own : `${own}: ${cause}`
}

/** The lines shown to a person: place, message, remedy, page. */
export const explain = (error: KitError): string => {
  const why = error.cause === undefined ? '' : messageOf(error.cause)
  const cause = why === '' || error.message.includes(why) ? '' : `\n  because: ${why}`
  const place = error.where === undefined ? '' : `${error.where}  `
  return `${place}${error.code}\n  ${error.message}${cause}\n  ${error.remedy} (docs/reason-codes/${error.code}.md)`
}
