/**
 * The text with what stands between `<!-- name -->` and `<!-- /name -->` replaced.
 * @throws Error when the marks are missing, because a table that is nowhere would never be noticed
 */
export const fillBlock = (path: string, text: string, name: string, content: string): string => {
  const open = `<!-- ${name} -->`
  const close = `<!-- /${name} -->`
  const start = text.indexOf(open)
  const end = text.indexOf(close, start)
  if (start === -1 || end === -1) throw new Error(`${path} has no ${open} … ${close}`)
  return `${text.slice(0, start + open.length)}\n\n${content}\n\n${text.slice(end)}`
}
