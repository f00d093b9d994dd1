import type { RehearsalResult, ScanStage } from '../../result.ts'
import { html, type Content, type Markup } from '../page/html.ts'
import { bytes, duration, sentence, shortDigest } from '../words/format.ts'
import { table } from './table.ts'

/** Every stage with how it ended. */
export const stages = (result: RehearsalResult): Markup =>
  html`<section aria-labelledby="stages">
    <h2 id="stages">The stages</h2>
    ${table({
      name: 'Stages of the rehearsal',
      head: ['Stage', 'How it ended', 'Details', 'Took'],
      numeric: [3],
      rows: [
        ...result.images.map(({ version, digest, sizeBytes, tookMs }): Content[] => [
          `Build ${version}`,
          badge(true, 'built'),
          html`<code title="${digest}">${shortDigest(digest)}</code> ${bytes(sizeBytes)}`,
          duration(tookMs),
        ]),
        ['Scan', scanned[result.scan.status], sentence(result.scan.text), ''],
        ...result.releases.map(({ version, outcome, ok, reason, fromMs, toMs }): Content[] => [
          `Release ${version}`,
          badge(ok, outcome),
          sentence(reason),
          duration(toMs - fromMs),
        ]),
      ],
    })}
  </section>`

/** How something ended; the mark says whether that is as it should be, the word what happened. */
export const badge = (ok: boolean, text: string): Markup =>
  html`<span class="badge ${ok ? 'ok' : 'not-ok'}">${ok ? '✓' : '✗'} ${text}</span>`

/** A scan that did not run is neither good nor bad, and is never shown as a pass. */
const scanned: Readonly<Record<ScanStage['status'], Markup>> = {
  passed: badge(true, 'passed'),
  failed: badge(false, 'failed'),
  'not-run': html`<span class="badge neutral">– not run</span>`,
}
