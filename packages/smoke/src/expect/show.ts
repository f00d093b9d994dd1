import type { Json } from '@deploy-kit/core'

const longest = 300

/** Text from an answer for a message: in quotes, whatever is in it, without the secrets, and short. Redacted before it is cut, for a half secret is not recognised. */
export const show = (value: Json | undefined, redact: (text: string) => string): string => {
  if (value === undefined) return 'nothing'
  const text = redact(typeof value === 'string' ? value : JSON.stringify(value))
  const short = text.length <= longest ? text : `${text.slice(0, longest)}… (${text.length} characters)`
  return typeof value === 'string' ? JSON.stringify(short) : short
}
