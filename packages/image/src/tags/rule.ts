interface AnyRule {
  /** The line as it was written, for messages. */
  readonly line: string
  /** A template that must come out as true or false. */
  readonly enable: string
  /** Rules of a higher priority come first; the first tag of all is the version. */
  readonly priority: number
  /** Templates. Absent: those of the flavor. */
  readonly prefix: string | undefined
  readonly suffix: string | undefined
}

/** One rule of `tags`, complete: what was left out has its default. */
export type TagRule = AnyRule &
  (
    | { readonly type: 'schedule'; readonly pattern: string }
    | {
        readonly type: 'semver' | 'pep440'
        readonly pattern: string
        /** A template; the git tag when it is empty. */
        readonly value: string
        /** Its first group, or all of it, is the version in the value. */
        readonly match: RegExp | undefined
      }
    | { readonly type: 'match'; readonly expression: RegExp; readonly group: number; readonly value: string }
    | { readonly type: 'edge'; readonly branch: string | undefined }
    | { readonly type: 'ref'; readonly event: 'branch' | 'tag' | 'pr' }
    | { readonly type: 'raw'; readonly value: string }
    | { readonly type: 'sha'; readonly format: 'short' | 'long' }
  )
