import { assignments, headers, lines, list, secretAssignments } from './input-lists.ts'
import { duration, integer, share, weights } from './input-numbers.ts'
import { boolean, choice, digest, path, secret, text, url } from './input-texts.ts'

export type { InputOptions, InputSpec } from './input-spec.ts'

/** The vocabulary of action definitions. */
export const input = {
  text,
  secret,
  path,
  digest,
  url,
  choice,
  boolean,
  integer,
  share,
  duration,
  weights,
  lines,
  list,
  assignments,
  headers,
  secretAssignments,
}
