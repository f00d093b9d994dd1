import { createHash } from 'node:crypto'
import { html, type Markup } from './html.ts'
import { style } from './style.ts'

/**
 * The page around the content: one file without any address in it. Its policy allows this very style sheet and nothing
 * else: no script, no request, no form, whatever a name in the content may try.
 */
export const htmlDocument = (title: string, content: Markup): string => {
  const policy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; base-uri 'none'; form-action 'none'`
  const head = html`<meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${policy}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>${title}</title>`
  // The style sheet is our own constant, and must not be escaped: its hash would no longer fit.
  return `<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" lang="en">
<head>
${head.toString()}
<style>${style}</style>
</head>
<body>
${content.toString()}
</body>
</html>
`
}
