/**
 * Text from outside (image names, commit titles, error bodies) made inert in GitHub's Markdown: no markup, no HTML,
 * no link, no mention, one line.
 */
export const inert = (text: string): string =>
  text
    .replace(/[\r\n]+/g, ' ')
    .replace(/[&<>]/g, (c) => (c === '&' ? '&amp;' : c === '<' ? '&lt;' : '&gt;'))
    .replace(/([\\`*_{}[\]()#+!|~])/g, '\\$1')
    // What makes a block when a line begins with it: lists, rules, headings.
    .replace(/^\s*([-=])/, '\\$1')
    .replace(/^\s*(\d+)([.)])/, '$1\\$2')
    // GitHub looks for mentions, and its Markdown for addresses, after entities are read: a space of no width stops both.
    .replace(/@/g, '&#64;&#8203;')
    .replace(/:\/\//g, ':&#47;&#47;')
    .replace(/\bwww\./gi, (www) => `${www.slice(0, -1)}&#46;`)

/** Inline code that cannot be broken out of: everything that Markdown or HTML could read as markup is an entity. */
export const code = (text: string): string =>
  `<code>${text.replace(/[\r\n]+/g, ' ').replace(/[!-+.:-@[-`{-~]|\//g, (c) => `&#${c.charCodeAt(0)};`)}</code>`

/** A block of code that its text cannot end: the fence is longer than any in it (CommonMark, "Fenced code blocks"). */
export const fenced = (language: string, text: string): string => {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}${language}\n${text}\n${fence}`
}

/** A Markdown table; cells are given as Markdown. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
