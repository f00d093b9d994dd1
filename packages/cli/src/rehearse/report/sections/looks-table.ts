import type { Look, RehearsedRelease } from '../../result.ts'
import { html, type Content, type Markup } from '../page/html.ts'
import { counted, odds, seconds, sentence } from '../words/format.ts'
import { table } from './table.ts'

/** Every look of the judge, with what the chart shows as numbers. */
export const looksTable = ({ version, looks, fromMs }: RehearsedRelease): Markup =>
  html`<details>
    <summary>${counted(looks.length, 'look')} of the judge</summary>
    ${table({
      name: `Looks of the judge at ${version}`,
      head: ['After', 'Weight', 'Verdict', 'Against', 'For', 'In words'],
      numeric: [1, 3, 4],
      wide: [3, 4],
      rows: looks.map((look) => row(look, fromMs)),
    })}
  </details>`

const row = (look: Look, fromMs: number): readonly Content[] => [
  seconds(look.atMs - fromMs),
  // The judge watches a promoted version when no canary has weight any more.
  look.weight === 0 ? 'watch' : `${look.weight} %`,
  html`<span class="verdict ${verdictClass(look.verdict)}">${look.verdict}</span>`,
  odds(look.against),
  odds(look.promotion),
  sentence(look.text),
]

const verdictClass = (verdict: string): string => (verdict === 'pass' || verdict === 'fail' ? verdict : 'open')
