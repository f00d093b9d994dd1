/** Something that a linter objects to. */
export interface Finding {
  readonly where: string
  readonly message: string
}

/** A program that is needed and is not there. The check fails then: a linter that did not run has found nothing out. */
export class ToolMissing extends Error {}
