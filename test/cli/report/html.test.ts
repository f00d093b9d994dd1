import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { parseFragment } from 'parse5'
import { html, Markup } from '../../../packages/cli/src/rehearse/report/page/html.ts'

/** Texts with much of what markup is made of. (A line end has several spellings and NUL has none, in HTML: both are no text of ours.) */
const pieces = fc.oneof(
  fc.constantFrom('<', '>', '&', '"', "'", '`', '=', '/', ' ', '-', '!', '&amp;', '<script>', '-->'),
  fc.string({ unit: 'grapheme', maxLength: 3 }),
)
const readable = fc.array(pieces).map((texts) => texts.join('').replaceAll(/[\0\r]/g, ''))

test('whatever a value is, a browser reads it as that text and as nothing else', () => {
  fc.assert(
    fc.property(readable, readable, (content, attribute) => {
      const [element, ...others] = parseFragment(html`<p title="${attribute}">.${content}</p>`.toString()).childNodes
      expect(others).toEqual([])
      expect(element).toMatchObject({
        nodeName: 'p',
        attrs: [{ name: 'title', value: attribute }],
        childNodes: [{ nodeName: '#text', value: `.${content}` }],
      })
    }),
  )
})

test('markup inside markup stays, in lists too, and undefined is nothing', () => {
  const items = ['a', '<b>'].map((item) => html`<li>${item}</li>`)
  expect(html`${items}${undefined}${2}`.toString()).toBe('<li>a</li><li>&lt;b&gt;</li>2')
})

test('text cannot pass for markup', () => {
  const forged = { toString: () => '<script>' } as unknown as string
  expect(() => html`${forged}`).toThrow('cannot hold')
  expect(() => new Markup(Symbol('html') as never, '<script>')).toThrow('`html` alone')
})
