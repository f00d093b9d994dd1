import type { RehearsedRelease } from '../../result.ts'
import { html, type Markup } from '../page/html.ts'
import { duration } from '../words/format.ts'
import { table } from './table.ts'

/** What the judge said a step would take, and what it took. */
export const forecastTable = ({ version, steps }: RehearsedRelease): Markup =>
  html`<details>
    <summary>The forecast against what happened</summary>
    ${table({
      name: `Forecast of the steps of ${version}`,
      head: ['Step', 'Said', 'Taken'],
      numeric: [1, 2],
      rows: steps.map(({ weight, saidMs, tookMs }) => [
        `${weight} %`,
        saidMs === null ? '–' : `about ${duration(saidMs)}`,
        duration(tookMs),
      ]),
    })}
  </details>`
