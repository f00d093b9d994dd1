import type { RehearsalResult, RehearsedRelease } from '../../result.ts'
import { trafficChart } from '../chart/traffic-chart.ts'
import { html, type Markup } from '../page/html.ts'
import { count, seconds } from '../words/format.ts'
import { table } from './table.ts'

/** Who served the users, as a picture and as a table. */
export const timeline = (result: RehearsalResult): Markup =>
  html`<section aria-labelledby="timeline">
    <h2 id="timeline">Who served the users</h2>
    <p class="lead">Each colour is a version; its height is its share of the requests at that moment.</p>
    <figure>
      ${legend(result.releases)}
      <div class="chart top">${trafficChart(result)}</div>
    </figure>
    <details>
      <summary>The weights as a table</summary>
      ${table({
        name: 'Weights over time',
        head: ['Version', 'At', 'Weight'],
        rows: result.releases.flatMap(({ version, weights }) => weights.map(({ atMs, weight }) => [version, seconds(atMs), `${weight} %`])),
      })}
    </details>
    <h3>What the users got while each version was released</h3>
    ${table({
      name: 'Answers that users got from each version while it was released',
      head: ['Version', 'Release', 'Answers', 'Failures'],
      numeric: [2, 3],
      rows: result.releases.map(({ version, title, exposed }) => [version, title, count(exposed.answered), count(exposed.failed)]),
    })}
  </section>`

const legend = (releases: readonly RehearsedRelease[]): Markup =>
  html`<ul class="legend">
    ${releases.map(({ name, version, title }) => html`<li><span class="swatch ${name}"></span><b>${version}</b> ${title}</li>`)}
  </ul>`
