/** A stretch of time in milliseconds since the epoch: `from` belongs to it, `until` does not. */
export interface Window {
  readonly from: number
  readonly until: number
}

/** The last begin of a period at or before a moment. Periods are counted from the epoch, as the sources do. */
export const periodAt = (at: number, periodMs: number): number => Math.floor(at / periodMs) * periodMs

/** The first begin of a period at or after a moment. */
export const periodFrom = (at: number, periodMs: number): number => Math.ceil(at / periodMs) * periodMs
