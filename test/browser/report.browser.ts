import { mkdir, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Browser, Page } from 'playwright-core'
import { reportHtml } from '../../packages/cli/src/rehearse/report/index.ts'
import { startChromium } from '../../scripts/browser/chromium.ts'
import { rehearsal, withTexts } from '../cli/report/rehearsal.ts'

const folder = resolve('out/browser')
let browser: Browser

beforeAll(async () => {
  await mkdir(folder, { recursive: true })
  browser = await startChromium()
})
afterAll(async () => browser?.close())

/** A page with a report from the disk, what it complained about and what it asked for. */
interface Opened extends AsyncDisposable {
  readonly page: Page
  readonly complaints: readonly string[]
  readonly requests: readonly string[]
}

const open = async (name: string, html: string, options: Parameters<Browser['newPage']>[0] = {}): Promise<Opened> => {
  const file = `${folder}/${name}.html`
  await writeFile(file, html)
  const page = await browser.newPage(options)
  const complaints: string[] = []
  const requests: string[] = []
  page.on('console', (message) => complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('request', (request) => requests.push(request.url()))
  await page.goto(pathToFileURL(file).href)
  return { page, complaints, requests, [Symbol.asyncDispose]: async () => page.close() }
}

const sizes = [
  { width: 1_280, height: 900 },
  { width: 400, height: 800 },
]

describe.each(sizes)('the report at $width pixels', (viewport) => {
  describe.each(['light', 'dark'] as const)('%s', (colorScheme) => {
    test('is drawn, fits, complains of nothing and asks nobody for anything', async () => {
      const name = `report-${viewport.width}-${colorScheme}`
      await using opened = await open(name, await reportHtml(rehearsal()), { viewport, colorScheme })
      const { page, complaints, requests } = opened
      await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true })
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(viewport.width)
      expect(complaints).toEqual([])
      expect(requests).toEqual([page.url()])
      await page.locator('details').evaluateAll((all) => all.forEach((one) => one.setAttribute('open', '')))
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(viewport.width)
      await page.screenshot({ path: `${folder}/${name}-open.png`, fullPage: true })
    })
  })

  test('holds its charts within the page, each with lines or areas of some size', async () => {
    await using opened = await open(`charts-${viewport.width}`, await reportHtml(rehearsal()), { viewport })
    const charts = opened.page.locator('svg.plot')
    expect(await charts.count()).toBe(7)
    for (const chart of await charts.all()) {
      const box = await chart.boundingBox()
      expect(box?.width).toBeGreaterThan(viewport.width * 0.6)
      const drawn = await chart.locator('path.area, path.line').evaluateAll((paths) =>
        paths.map((path) => {
          const { width, height, left, right } = path.getBoundingClientRect()
          return { size: Math.max(width, height), left, right }
        }),
      )
      expect(drawn.some(({ size }) => size > viewport.width * 0.2)).toBe(true)
      for (const { left, right } of drawn) {
        expect(left).toBeGreaterThanOrEqual((box?.x ?? 0) - 1)
        expect(right).toBeLessThanOrEqual((box?.x ?? 0) + (box?.width ?? 0) + 1)
      }
    }
  })

  test('has texts in its charts that are large enough to read and stay on the page', async () => {
    await using opened = await open(`texts-${viewport.width}`, await reportHtml(rehearsal()), { viewport })
    const texts = await opened.page.locator('svg.plot text:visible').evaluateAll((all) =>
      all.map((text) => {
        const { left, right, height } = text.getBoundingClientRect()
        return { text: text.textContent?.trim(), left, right, height }
      }),
    )
    expect(texts.length).toBeGreaterThan(40)
    expect(texts.filter(({ text, height }) => text !== '' && height < 11)).toEqual([])
    expect(texts.filter(({ left, right }) => left < 0 || right > viewport.width)).toEqual([])
  })
})

test('colours are those of the version: the areas of the traffic have the pixels of the legend', async () => {
  await using opened = await open('colours', await reportHtml(rehearsal()))
  const colours = await opened.page.evaluate(`['first', 'good', 'bad', 'killed'].map((name) => [
    getComputedStyle(document.querySelector('#traffic-title').parentElement.querySelector('.area.' + name)).fill,
    getComputedStyle(document.querySelector('.swatch.' + name)).backgroundColor,
  ])`)
  for (const [area, swatch] of colours as [string, string][]) expect(area).toBe(swatch)
  expect(new Set((colours as [string, string][]).map(([area]) => area)).size).toBe(4)
})

test('every element is closed: the page is well-formed XML too', async () => {
  await using opened = await open('well-formed', '<!doctype html><title>x</title>')
  const fault = await opened.page.evaluate(
    `new DOMParser().parseFromString(${JSON.stringify(await reportHtml(rehearsal()))}, 'application/xhtml+xml').querySelector('parsererror')?.textContent`,
  )
  expect(fault ?? 'none').toBe('none')
})

test('hostile names run nothing and ask nobody', async () => {
  const attack = `</style><script>document.title = 'taken'</script><img src="https://example.invalid/x" onerror="document.title = 'taken'">`
  await using opened = await open('hostile', await reportHtml(withTexts((text) => text + attack)))
  expect(await opened.page.title()).toBe('Rehearsal: as it should be')
  expect(opened.complaints).toEqual([])
  expect(opened.requests).toEqual([opened.page.url()])
})

test('a browser that is missing is an error that says what to install', async () => {
  await expect(startChromium('/nowhere/chromium')).rejects.toThrow('apt-get install -y chromium')
})
