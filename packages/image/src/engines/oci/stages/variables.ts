import type { Arg } from '../dockerfile/instruction.ts'
import type { Place } from '../dockerfile/place.ts'
import { expand } from '../dockerfile/expand.ts'

/** The variables that a line sees. ENV wins over ARG of the same name, as in Docker. */
export class Variables {
  readonly #escape: string
  readonly #arguments = new Map<string, string>()
  readonly #environment = new Map<string, string>()

  constructor(escape: string) {
    this.#escape = escape
  }

  /** The variables of a stage whose base has an environment. */
  static fromEnvironment(escape: string, lines: readonly string[]): Variables {
    const variables = new Variables(escape)
    for (const line of lines) {
      const equals = line.indexOf('=')
      variables.setEnvironment(line.slice(0, equals), line.slice(equals + 1))
    }
    return variables
  }

  expand(word: string, place: Place): string {
    return expand(word, { variables: new Map([...this.#arguments, ...this.#environment]), escape: this.#escape, place })
  }

  /** ARG: the value given to the build, else its own default, else that of an ARG before the first FROM. */
  declare(arg: Arg, place: Place, given: Readonly<Record<string, string>>, globals: ReadonlyMap<string, string>): void {
    for (const { name, default: written } of arg.arguments) {
      const own = written === undefined ? undefined : this.expand(written, place)
      const value = (Object.hasOwn(given, name) ? given[name] : undefined) ?? own ?? globals.get(name)
      if (value !== undefined) this.#arguments.set(name, value)
    }
  }

  setEnvironment(name: string, value: string): void {
    this.#environment.set(name, value)
  }

  get arguments(): ReadonlyMap<string, string> {
    return this.#arguments
  }
}
