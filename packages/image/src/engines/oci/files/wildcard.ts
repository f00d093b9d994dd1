/** Whether a source of COPY is a pattern. */
export const isPattern = (source: string): boolean => /[*?[]/.test(source.replace(/\\./g, ''))

/**
 * Go's path.Match, which Docker uses for COPY: `*` and `?` stop at a slash and match names that begin with a dot,
 * `[a-z]` and `[^a-z]` are sets, a backslash takes the next character as it is. There is no `**`.
 * @throws SyntaxError for a set that is not closed
 */
export const wildcard = (pattern: string): RegExp => {
  let source = ''
  for (let i = 0; i < pattern.length; i += 1) {
    const char = pattern.charAt(i)
    if (char === '*') source += '[^/]*'
    else if (char === '?') source += '[^/]'
    else if (char === '[') {
      const end = pattern.indexOf(']', i + (pattern.charAt(i + 1) === '^' ? 3 : 2))
      if (end === -1) throw new SyntaxError(`\`${pattern}\` has a [ without its ].`)
      source += `(?!/)${pattern.slice(i, end + 1)}`
      i = end
    } else if (char === '\\' && i + 1 < pattern.length) {
      i += 1
      source += literal(pattern.charAt(i))
    } else source += literal(char)
  }
  return new RegExp(`^${source}$`, 's')
}

const literal = (char: string): string => char.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&')
