// Makes the pictures of the README from the fixture of a real rehearsal. `npm run docs:pictures` needs Chromium.
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { reportHtml } from '../packages/cli/src/rehearse/report/index.ts'
import type { RehearsalResult } from '../packages/cli/src/rehearse/result.ts'
import { startChromium } from './browser/chromium.ts'

const picture = 'docs/images/rehearsal-report.png'
/** Enough for the verdict, its numbers and who served the users. */
const view = { width: 1_128, height: 950 }

const folder = await mkdtemp(join(tmpdir(), 'deploy-kit-pictures-'))
const browser = await startChromium()
try {
  const report = join(folder, 'report.html')
  await writeFile(report, await reportHtml(JSON.parse(await readFile('test/fixtures/rehearsal.json', 'utf8')) as RehearsalResult))
  const page = await browser.newPage({ viewport: view, colorScheme: 'light' })
  await page.goto(pathToFileURL(report).href)
  await page.screenshot({ path: picture })
} finally {
  await browser.close()
  await rm(folder, { recursive: true })
}
console.log(`wrote ${picture}, ${(await stat(picture)).size} bytes`)
