/** A value with another one in the place that a JSON pointer names (RFC 6901); everything else is shared with the old one. */
export const setAt = <T>(whole: T, pointer: string, value: unknown): T =>
  setIn(whole, pointer.split('/').slice(1).map(unescaped), value) as T

const unescaped = (token: string): string => token.replaceAll('~1', '/').replaceAll('~0', '~')

/** A key as a token of a JSON pointer. */
export const escaped = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1')

const setIn = (whole: unknown, [token, ...rest]: readonly string[], value: unknown): unknown => {
  if (token === undefined) return value
  if (Array.isArray(whole)) return whole.with(Number(token), setIn(whole[Number(token)], rest, value))
  const object = (whole ?? {}) as Readonly<Record<string, unknown>>
  return { ...object, [token]: setIn(object[token], rest, value) }
}
