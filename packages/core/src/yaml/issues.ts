import type { z } from 'zod'

/** Zod's own word for a value that fits none of several alternatives; a schema that says something better is left alone. */
const saysNothing = 'Invalid input'

/** A fault of one alternative among several is told as the fault of the alternative that came nearest. */
export const issuesOf = (issue: z.core.$ZodIssue): readonly z.core.$ZodIssue[] => {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0 || issue.message !== saysNothing) return [issue]
  const nearest = issue.errors.toSorted((a, b) => depth(b) - depth(a))[0] ?? []
  if (depth(nearest) === 0) return [issue]
  return nearest.flatMap((inner) => issuesOf({ ...inner, path: [...issue.path, ...inner.path] }))
}

/** How far an alternative fitted: the deeper its fault, the more of it did. An unknown key is a fault inside. */
const depth = (issues: readonly z.core.$ZodIssue[]): number =>
  Math.max(...issues.map(({ path, code }) => path.length + (code === 'unrecognized_keys' ? 1 : 0)))
