/** One input: what it means, what it may be, and how its text becomes a value. */
export interface InputSpec<T> {
  /** The kind of value, as shown in tables. */
  readonly kind: string
  readonly about: string
  readonly required: boolean
  /** The default as it is written in action.yml. */
  readonly defaultText: string | undefined
  /** The allowed values for people and error messages. */
  readonly allowed: string
  /** Choices, for schemas and completion. */
  readonly choices: readonly string[] | undefined
  /** Whether the value is or holds a secret: never shown in a message, and never given on a command line. */
  readonly secret: boolean
  /** The parts of the text that are masked in everything that is shown. */
  secretsIn(text: string): readonly string[]
  /** @throws InputRejected when the text is not allowed */
  parse(text: string): T
  /** Phantom: carries the type of the value as main sees it. */
  readonly value?: T
}

export interface InputOptions<T> {
  readonly about: string
  readonly required?: true
  readonly default?: T
}

/** An input that is neither required nor defaulted may be absent. */
type Given<T, O> = O extends { required: true } | { default: unknown } ? T : T | undefined

/** What the inputs of one kind have in common. */
export interface Kind<T> {
  readonly kind: string
  readonly allowed: string
  readonly choices?: readonly string[]
  readonly secretsIn?: (text: string) => readonly string[]
  /** @throws InputRejected */
  parse(text: string): T
  /** The text of a default: the inverse of parse. */
  write(value: T): string
}

/** The input of a kind. */
export const spec = <T, const O extends InputOptions<T>>(kind: Kind<T>, options: O): InputSpec<Given<T, O>> => ({
  kind: kind.kind,
  about: options.about,
  required: options.required === true,
  defaultText: options.default === undefined ? undefined : kind.write(options.default),
  allowed: kind.allowed,
  choices: kind.choices,
  secret: kind.secretsIn !== undefined,
  secretsIn: (text) => kind.secretsIn?.(text).filter((part) => part !== '') ?? [],
  parse: (text) => kind.parse(text),
})

/** Text as it was given, for kinds whose value is a string. */
export const asIs = (text: string): string => text
