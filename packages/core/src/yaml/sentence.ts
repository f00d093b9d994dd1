import type { z } from 'zod'

/** A fault as `path: what is allowed`; the schema's own words where it has some. */
export const sentence = (issue: z.core.$ZodIssue): string => {
  // Zod says `received undefined` for a key that is not there.
  const missing = issue.code === 'invalid_type' && issue.message.includes('received undefined')
  const words = missing ? `is missing (${issue.expected})` : issue.message
  return issue.path.length === 0 ? words : `${issue.path.join('.')}: ${words}`
}
