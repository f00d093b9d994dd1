import type { Place } from './place.ts'

/** A name and a value as they are written: variables and quotes are still in the value. */
export interface Assignment {
  readonly name: string
  readonly value: string
}

/** ENTRYPOINT and CMD: a list of arguments, or a line for /bin/sh. */
export type Command = { readonly form: 'exec'; readonly argv: readonly string[] } | { readonly form: 'shell'; readonly line: string }

export interface Copy {
  readonly kind: 'copy'
  readonly sources: readonly string[]
  readonly destination: string
  readonly from: string | undefined
  readonly chmod: string | undefined
  readonly chown: string | undefined
}

export interface From {
  readonly kind: 'from'
  readonly base: string
  readonly as: string | undefined
  /** Flags that this engine does not know, such as --platform. */
  readonly flags: readonly string[]
}

export interface Arg {
  readonly kind: 'arg'
  readonly arguments: readonly { readonly name: string; readonly default: string | undefined }[]
}

/** What an instruction asks for; variables are still in the words. */
export type Operation =
  | From
  | Arg
  | Copy
  | { readonly kind: 'env'; readonly assignments: readonly Assignment[] }
  | { readonly kind: 'label'; readonly assignments: readonly Assignment[] }
  | { readonly kind: 'workdir'; readonly path: string }
  | { readonly kind: 'user'; readonly user: string }
  | { readonly kind: 'expose'; readonly ports: readonly string[] }
  | { readonly kind: 'entrypoint'; readonly command: Command }
  | { readonly kind: 'cmd'; readonly command: Command }
  /** Valid, but not for this engine: refused only when the stage it stands in is built. */
  | { readonly kind: 'unsupported'; readonly what: string }

export type Instruction = Operation & {
  readonly place: Place
  /** The whole instruction on one line, as the history of the image shows it. */
  readonly text: string
}
