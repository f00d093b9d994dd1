/** Where a message stands in a file of the user's repository. */
export interface Place {
  readonly file: string
  readonly line?: number
  readonly column?: number
}

/** What the domain may say; the actions face writes workflow commands, the console face plain lines. */
export interface Logger {
  debug(message: string): void
  info(message: string): void
  notice(message: string, place?: Place): void
  warning(message: string, place?: Place): void
  error(message: string, place?: Place): void
  /** Folds what `body` says under a title. Groups do not nest: GitHub closes the outer one. */
  group<T>(title: string, body: () => Promise<T>): Promise<T>
}

export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  notice: () => undefined,
  warning: () => undefined,
  error: () => undefined,
  group: (_title, body) => body(),
}
