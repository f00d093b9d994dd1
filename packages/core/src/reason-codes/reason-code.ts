/** One row of the catalogue; its page `docs/reason-codes/<code>.md` is generated from it. */
export interface ReasonCodePage {
  /** One line: what happened. */
  readonly title: string
  /** Why it happens, one or two sentences. */
  readonly cause: string
  /** What to do, in the imperative. */
  readonly remedy: string
}
export type ReasonCodePages = Readonly<Record<string, ReasonCodePage>>
