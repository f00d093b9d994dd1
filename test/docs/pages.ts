import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { micromark } from 'micromark'
import { gfm, gfmHtml } from 'micromark-extension-gfm'

/** Every Markdown page of the repository, new ones too. */
export const pages: readonly string[] = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
  encoding: 'utf8',
})
  .trim()
  .split('\n')
  .filter((path) => !path.startsWith('out/'))

export const textOf = (page: string): string => readFileSync(page, 'utf8')

/** Pages are read once: many links lead to the same ones. */
const rendered = new Map<string, string>()
const html = (page: string): string => {
  const known = rendered.get(page)
  if (known !== undefined) return known
  const made = micromark(textOf(page), { extensions: [gfm()], htmlExtensions: [gfmHtml()], allowDangerousHtml: true })
  rendered.set(page, made)
  return made
}

/** Where links and pictures of a page lead, as they are written. */
export const linksOf = (page: string): readonly string[] =>
  [...html(page).matchAll(/<(?:a|img)\s[^>]*?(?:href|src)="([^"]*)"/g)].map(([, target = '']) => target.replaceAll('&amp;', '&'))

/** The anchors that GitHub gives to the headings of a page: a heading that comes again gets a number. */
export const anchorsOf = (page: string): ReadonlySet<string> => {
  const seen = new Map<string, number>()
  const anchors = [...html(page).matchAll(/<h[1-6]>(.*?)<\/h[1-6]>/gs)].map(([, heading = '']) => {
    const slug = slugOf(textIn(heading))
    const times = seen.get(slug) ?? 0
    seen.set(slug, times + 1)
    return times === 0 ? slug : `${slug}-${times}`
  })
  return new Set(anchors)
}

const textIn = (heading: string): string =>
  heading
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')

/** As github-slugger does it: only letters, numbers, dashes and underscores stay. */
const slugOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
    .replaceAll(' ', '-')

export interface Fence {
  readonly language: string
  readonly text: string
}

/** The fenced blocks of a page. */
export const fencesOf = (page: string): readonly Fence[] =>
  [...textOf(page).matchAll(/^( *)```(\S*)\n(.*?)^\1```$/gms)].map(([, indent = '', language = '', text = '']) => ({
    language,
    text: text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  }))

/** What stands between single backticks outside of fenced blocks. */
export const codeOf = (page: string): readonly string[] =>
  [
    ...textOf(page)
      .replaceAll(/^ *```.*?^ *```$/gms, '')
      .matchAll(/(?<!`)`([^`\n]+)`(?!`)/g),
  ].map(([, code = '']) => code)
