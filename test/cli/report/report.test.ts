import { createHash } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { defaultTreeAdapter, parse, type DefaultTreeAdapterTypes } from 'parse5'
import { reportHtml } from '../../../packages/cli/src/rehearse/report/index.ts'
import type { RehearsalResult } from '../../../packages/cli/src/rehearse/result.ts'
import { rehearsal, withTexts } from './rehearsal.ts'

type Node = DefaultTreeAdapterTypes.Node

const nodes = (node: Node): readonly Node[] => ('childNodes' in node ? [node, ...node.childNodes.flatMap(nodes)] : [node])
const elements = (page: string) => nodes(parse(page)).filter((node) => defaultTreeAdapter.isElementNode(node))
/** What a reader sees, in one line. */
const textOf = (page: string): string =>
  nodes(parse(page))
    .map((node) => (defaultTreeAdapter.isTextNode(node) && node.parentNode?.nodeName !== 'style' ? node.value : ''))
    .join(' ')
    .replaceAll(/\s+/g, ' ')
/** Elements and their attributes, without what these say. */
const shapeOf = (page: string) => elements(page).map(({ tagName, attrs }) => [tagName, ...attrs.map(({ name }) => name)].join(' '))
const report = async (change: Partial<RehearsalResult> = {}): Promise<string> => reportHtml({ ...rehearsal(), ...change })

describe('what it says', () => {
  test('the verdict and its numbers stand at the top', async () => {
    const text = textOf(await report())
    const { traffic, releases } = rehearsal()
    const bad = releases.find(({ name }) => name === 'bad')
    expect(text).toMatch(
      /The good release was promoted, the bad one was caught in [\d.]+ s, the killed one was home in [\d.]+ m?s, and no request was lost\./,
    )
    expect(text).toContain(`requests sent ${traffic.sent.toLocaleString('en')}`)
    expect(text).toContain(`${bad?.exposed.failed} failures among them`)
    expect(text).toContain('100 : 1 were needed to send it back')
  })

  test('every release has its plan, the last word of the judge and each of its looks', async () => {
    const page = await report()
    const text = textOf(page)
    for (const { plan, looks, reason } of rehearsal().releases)
      for (const said of [...plan, ...looks.map((look) => look.text), reason]) expect(text).toContain(said)
    const rows = elements(page).filter(({ tagName }) => tagName === 'tr')
    expect(rows.length).toBeGreaterThan(rehearsal().releases.reduce((sum, { looks }) => sum + looks.length, 0))
  })

  test('a scan that did not run is not shown as a pass', async () => {
    const scan = { status: 'not-run', text: 'There is no Trivy on this machine.' } as const
    expect(textOf(await report({ scan }))).toContain('– not run There is no Trivy on this machine.')
    expect(textOf(await report({ scan: { status: 'passed', text: 'none' } }))).toContain('✓ passed none')
  })

  test('what went wrong is the headline', async () => {
    const result = rehearsal()
    const releases = result.releases.map((release) =>
      release.name === 'bad' ? { ...release, ok: false, outcome: 'promoted', reason: 'v3 serves shop.' } : release,
    )
    const text = textOf(await report({ ok: false, releases, traffic: { ...result.traffic, lost: 12 } }))
    expect(text).toContain('The rehearsal did not go as it should')
    expect(text).toContain('v3 (A bad release is caught and sent back): promoted. v3 serves shop.')
    expect(text).toMatch(/12 of \d+ requests were lost\./)
    expect(text).not.toContain('no request was lost')
  })

  test('it says what a rehearsal knows that was stopped before its first release', async () => {
    const text = textOf(await report({ ok: false, releases: [], images: [], durationMs: 900 }))
    expect(text).toContain('The stages')
    expect(text).not.toMatch(/NaN|undefined|Infinity/)
  })
})

describe('what it cannot do', () => {
  const hostile = `</title></style><script>alert(1)</script><img src=x onerror=alert(2)>" onload="alert(3)' autofocus='`

  test('texts from outside add no element and no attribute, wherever they stand', async () => {
    const [tame, wild] = await Promise.all([
      reportHtml(withTexts((text) => `${text} tame`)),
      reportHtml(withTexts((text) => text + hostile)),
    ])
    expect(shapeOf(wild)).toEqual(shapeOf(tame))
    expect(textOf(wild)).toContain('<script>alert(1)</script>')
  })

  test('it asks nobody for anything: no address, no script, and a policy that allows its own style alone', async () => {
    const page = await report()
    const policy = elements(page).find(({ attrs }) => attrs.some(({ value }) => value === 'Content-Security-Policy'))
    const style = /<style>([^]*)<\/style>/.exec(page)?.[1] ?? ''
    const hash = createHash('sha256').update(style).digest('base64')
    expect(policy?.attrs.find(({ name }) => name === 'content')?.value).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`,
    )
    expect(
      elements(page).filter(({ tagName }) => ['script', 'link', 'img', 'iframe', 'object', 'form', 'base', 'a'].includes(tagName)),
    ).toEqual([])
    expect(
      elements(page)
        .flatMap(({ attrs }) => attrs)
        .filter(({ name }) => /^(?:src|href|style|on\w+)$/.test(name)),
    ).toEqual([])
    expect(style).not.toMatch(/url\(|@import/)
  })
})

describe('those who do not see it', () => {
  test('every picture has a title and a description of its own', async () => {
    const page = elements(await report())
    const ids = new Set(page.flatMap(({ attrs }) => attrs.filter(({ name }) => name === 'id').map(({ value }) => value)))
    expect(ids.size).toBe(page.flatMap(({ attrs }) => attrs.filter(({ name }) => name === 'id')).length)
    const pictures = page.filter(({ attrs }) => attrs.some(({ value }) => value === 'img'))
    expect(pictures).toHaveLength(7) // The traffic, and two of each release that was judged.
    for (const { attrs } of pictures)
      for (const id of attrs.find(({ name }) => name === 'aria-labelledby')?.value.split(' ') ?? ['none']) expect(ids).toContain(id)
  })

  test('headings go down one by one, and cells have headers', async () => {
    const page = elements(await report())
    const levels = page.flatMap(({ tagName }) => (/^h[1-6]$/.test(tagName) ? [Number(tagName[1])] : []))
    expect(levels[0]).toBe(1)
    expect(levels.every((level, index) => index === 0 || level - (levels[index - 1] ?? 0) <= 1)).toBe(true)
    const rows = page.filter(({ tagName }) => tagName === 'tr')
    expect(rows.every((row) => row.childNodes.some((cell) => cell.nodeName === 'th'))).toBe(true)
  })
})
