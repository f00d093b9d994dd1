import type { Logger } from '../log/logger.ts'

/** Who runs this: kept in leases and records, shown to whoever is refused. */
export interface RunIdentity {
  /** Stable over attempts, such as `acme/shop/1234567`. */
  readonly id: string
  /** Rises when the same run is started again. */
  readonly attempt: number
  readonly link?: string
  readonly actor?: string
  readonly commit?: string
}

/** Where an action runs: a GitHub runner, or a terminal through the command line. */
export interface ActionHost {
  readonly log: Logger
  readonly run: RunIdentity
  /** The text of an input, '' when it is not given. */
  input(name: string): string
  output(name: string, value: string): void
  /** State that main leaves for post. It survives a kill when it was saved before. */
  readonly state: { read(key: string): string; save(key: string, value: string): void }
  /** Appends Markdown to the summary of the step. */
  summary(markdown: string): Promise<void>
  /** From here on the value is masked in everything that is shown. */
  secret(value: string): void
  /** The text with every such value masked, for files that are kept: nobody masks those afterwards. */
  redact(text: string): string
  /** Marks the step as failed. Called in one place only, the funnel. */
  fail(message: string): void
  /** A directory for files of this job. */
  readonly temporaryDirectory: string
  /** The checkout that relative paths start from. */
  readonly workspace: string
}
