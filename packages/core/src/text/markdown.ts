/**
 * Text from outside (image names, commit titles, error bodies) made inert in GitHub's Markdown: no markup, no HTML,
 * no link, no mention, one line.
 */
export const inert = (text: string): string =>
  text
    .replace(/[\r\n]+/g, ' ')
    .replace(/[&<>]/g, (c) => (c === '&' ? '&amp;' : c === '<' ? '&lt;' : '&gt;'))
    .replace(/([\\`*_{}[\]()#+!|~])/g, '\\$1')
    .replace(/@/g, '&#64;')
    .replace(/:\/\//g, ':&#47;&#47;')

/** Inline code that cannot be broken out of. */
export const code = (text: string): string =>
  `<code>${text.replace(/[\r\n]+/g, ' ').replace(/[&<>|@]/g, (c) => `&#${c.charCodeAt(0)};`)}</code>`

/** A Markdown table; cells are given as Markdown. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
