import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { micromark } from 'micromark'
import { gfm, gfmHtml } from 'micromark-extension-gfm'
import { code, inert, table } from '@deploy-kit/core'

/** HTML as GitHub's flavour of Markdown makes it; raw HTML is let through, as GitHub lets a part of it through. */
const rendered = (markdown: string): string =>
  micromark(markdown, { extensions: [gfm()], htmlExtensions: [gfmHtml()], allowDangerousHtml: true, allowDangerousProtocol: true })

const tags = (html: string): readonly string[] => [...html.matchAll(/<\/?(\w+)/g)].map(([, name = '']) => name)

/** What a reader sees of a paragraph without markup. */
const visible = (html: string): string =>
  html
    .replace(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replaceAll('\u200B', '')
    .trim()

const hostile = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '**bold** _it_ ~~gone~~ `code`',
  '[click](javascript:alert(1))',
  '![pixel](http://evil.example/p.png)',
  'https://evil.example/path',
  'www.evil.example',
  'someone@evil.example',
  '@acme/everybody',
  '# heading',
  '- item',
  '1. item',
  '===',
  '---',
  '> quote',
  '+ plus',
  '| a | b |\n| - | - |',
  '~~~\nfence',
  '[^1]: note',
  '&lt;b&gt; &#64;all',
  'a\\\nb',
  '<!-- comment',
]

describe('text from outside', () => {
  test.each(hostile)('%j is a plain paragraph', (text) => {
    expect(new Set(tags(rendered(inert(text))))).toEqual(new Set(['p']))
    expect(visible(rendered(inert(text)))).toBe(text.replace(/[\r\n]+/g, ' '))
  })

  test('is a plain paragraph whatever it is', () => {
    const nasty = fc.string({ unit: fc.constantFrom(...Array.from('<>&@#*_`~[]()!|\\-=+.:/1wa \n"\'')), minLength: 1, maxLength: 40 })
    fc.assert(
      fc.property(
        nasty.filter((text) => text.trim() !== ''),
        (text) => new Set(tags(rendered(inert(text)))).size <= 1,
      ),
      { numRuns: 500 },
    )
  })

  test('mentions nobody: GitHub looks for an @ with a name after it in the finished HTML', () => {
    expect(rendered(inert('thanks @octocat'))).not.toMatch(/@\w/)
  })
})

describe('code from outside', () => {
  test.each([...hostile, '</code><b>out</b>', '`', '*a*', '[x](http://y)'])('%j stays code', (text) => {
    expect(tags(rendered(code(text)))).toEqual(['p', 'code', 'code', 'p'])
    expect(visible(rendered(code(text)))).toBe(text.replace(/[\r\n]+/g, ' '))
  })

  test('can be copied as it is', () => {
    const reference = 'ghcr.io/acme/shop@sha256:0123'
    expect(rendered(code(reference))).toBe(`<p><code>${reference}</code></p>`)
  })
})

test('a table keeps its columns whatever its cells hold', () => {
  const html = rendered(table(['What', 'Value'], [[inert('a | b'), code('c | d')]]))
  expect(tags(html).filter((tag) => tag === 'td')).toHaveLength(4)
  expect(html).toContain('<td>a | b</td>')
})
