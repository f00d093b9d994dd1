import type { RehearsalResult } from '../result.ts'
import { htmlDocument } from './page/document.ts'
import { html } from './page/html.ts'
import { headline } from './sections/headline.ts'
import { method } from './sections/method.ts'
import { next } from './sections/next.ts'
import { releaseSection } from './sections/release.ts'
import { stages } from './sections/stages.ts'
import { timeline } from './sections/timeline.ts'

/** The report of a rehearsal as one HTML file: no script, no request, readable from a disk, on a telephone and on paper. */
export const reportHtml = async (result: RehearsalResult): Promise<string> =>
  htmlDocument(
    `Rehearsal: ${result.ok ? 'as it should be' : 'not as it should be'}`,
    html`<main>
      ${headline(result)} ${timeline(result)} ${stages(result)} ${result.releases.map(releaseSection)} ${method(result)} ${next}
    </main>`,
  )
