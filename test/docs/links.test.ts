import { existsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { anchorsOf, linksOf, pages } from './pages.ts'

/** What is wrong with a link of a page; undefined when it leads somewhere, or out of the repository. */
const faultOf = (page: string, link: string): string | undefined => {
  if (/^[a-z]+:/i.test(link)) return undefined
  const [path = '', anchor] = link.split('#')
  const target = path === '' ? page : join(dirname(page), decodeURIComponent(path))
  if (target.startsWith('..') || !existsSync(target)) return `${link}: there is no ${target}`
  if (anchor === undefined) return undefined
  const heading = statSync(target).isDirectory() ? join(target, 'README.md') : target
  return anchorsOf(heading).has(anchor) ? undefined : `${link}: ${heading} has ${[...anchorsOf(heading)].join(', ')}`
}

describe('a link leads to what is there', () => {
  test.each(pages)('%s', (page) => {
    expect(linksOf(page).flatMap((link) => faultOf(page, link) ?? [])).toEqual([])
  })

  test('a file and a heading that are not there would be found', () => {
    expect(faultOf('README.md', 'docs/nowhere.md')).toContain('there is no docs/nowhere.md')
    expect(faultOf('README.md', 'CONTRIBUTING.md#nothing')).toContain('CONTRIBUTING.md has ')
    expect(faultOf('docs/judge.md', '../README.md#the-actions')).toBeUndefined()
  })
})

test('every page of docs is reached from the README', () => {
  const reached = new Set<string>()
  const visit = (page: string): void => {
    if (reached.has(page)) return
    reached.add(page)
    for (const link of linksOf(page)) {
      const target = join(dirname(page), link.split('#')[0] ?? '')
      if (!/^[a-z]+:/i.test(link) && target.endsWith('.md') && existsSync(target)) visit(target)
    }
  }
  visit('README.md')
  expect(pages.filter((page) => page.startsWith('docs/') && !reached.has(page))).toEqual([])
})
