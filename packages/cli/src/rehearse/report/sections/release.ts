import type { RehearsedRelease } from '../../result.ts'
import { evidenceChart } from '../chart/evidence-chart.ts'
import type { Axis } from '../chart/plot.ts'
import { linear } from '../chart/scale.ts'
import { roundTicks } from '../chart/ticks.ts'
import { weightChart } from '../chart/weight-chart.ts'
import { html, type Markup } from '../page/html.ts'
import { counted, duration, odds, sentence } from '../words/format.ts'
import { forecastTable } from './forecast-table.ts'
import { looksTable } from './looks-table.ts'
import { badge } from './stages.ts'

/** One release: what became of it, the evidence, its plan, and every look of the judge. */
export const releaseSection = (release: RehearsedRelease): Markup =>
  html`<section class="release" aria-labelledby="release-${release.name}">
    <h2 id="release-${release.name}"><span class="swatch ${release.name}"></span>${release.version}: ${release.title}</h2>
    <p class="when">
      ${badge(release.ok, release.outcome)} after ${duration(release.toMs - release.fromMs)} · <code>${release.digest}</code>
    </p>
    ${release.looks.some(({ weight }) => weight > 0) ? charts(release) : notJudged(release)}
    <div class="columns">${facts(release)} ${plan(release)}</div>
    ${release.steps.length === 0 ? undefined : forecastTable(release)} ${release.looks.length === 0 ? undefined : looksTable(release)}
  </section>`

const charts = (release: RehearsedRelease): Markup => {
  const time = timeAxis(release)
  const first = release.looks.at(0)
  return html`<figure>
    <ul class="legend">
      <li><span class="key against"></span>odds that ${release.version} is worse${from(first?.againstNeeded, 'sent back')}</li>
      <li><span class="key promotion"></span>odds that it is good enough${from(first?.promotionNeeded, 'next step')}</li>
    </ul>
    <div class="chart evidence">${evidenceChart(release, time)}</div>
    <div class="chart weight">${weightChart(release, time)}</div>
    <figcaption>
      Above: evidence at each look, on a scale of ratios. Below: the share of the requests. Seconds since the release began.
    </figcaption>
  </figure>`
}

/** What the odds lead to, and from where. */
const from = (needed: number | null | undefined, what: string): string =>
  needed === undefined || needed === null ? '' : ` (${what} from ${odds(needed)})`

const timeAxis = ({ fromMs, toMs }: RehearsedRelease): Axis => ({
  scale: linear(fromMs, toMs),
  ticks: roundTicks(0, (toMs - fromMs) / 1_000, 6).map((tick) => fromMs + tick * 1_000),
  label: (ms) => `${Math.round((ms - fromMs) / 100) / 10} s`,
})

const notJudged = ({ name, looks }: RehearsedRelease): Markup =>
  html`<p class="lead">
    ${
      name === 'first'
        ? 'Nothing served before it, so there was nothing to compare it with: the smoke test alone decided.'
        : `The judge saw no traffic of it (${counted(looks.length, 'look')}).`
    }
  </p>`

const facts = (release: RehearsedRelease): Markup => {
  const lastWord = release.looks.findLast(({ text }) => text !== '')
  return html`<div>
    <h3>How it ended</h3>
    <dl class="facts">
      <dt>Reason</dt>
      <dd>${sentence(release.reason)} (<code>${release.reasonCode}</code>)</dd>
      ${lastWord === undefined ? undefined : fact('Last word of the judge', html`<b>${lastWord.verdict}</b>: ${sentence(lastWord.text)}`)}
      ${fact('What users got', html`${counted(release.exposed.answered, 'answer')}, ${counted(release.exposed.failed, 'failure')} among them`)}
      ${
        release.detectedAfterMs === undefined
          ? undefined
          : fact('Caught', html`${duration(release.detectedAfterMs)} after its first traffic`)
      }
      ${release.homeAfterKillMs === undefined ? undefined : fact('Home', home(release.homeAfterKillMs, release.homeAfterReconcileMs))}
    </dl>
  </div>`
}

const fact = (name: string, value: Markup): Markup =>
  html`<dt>${name}</dt>
    <dd>${value}</dd>`

const home = (afterKillMs: number, afterReconcileMs: number | undefined): Markup =>
  html`all traffic on stable ${duration(afterKillMs)} after the
  kill${afterReconcileMs === undefined ? undefined : `, ${duration(afterReconcileMs)} after reconcile began`}`

const plan = ({ plan: lines }: RehearsedRelease): Markup =>
  html`<div>
    <h3>The plan</h3>
    ${
      lines.length === 0
        ? html`<p>It was killed before it could hand on its plan.</p>`
        : html`<ol>
            ${lines.map((line) => html`<li>${line}</li>`)}
          </ol>`
    }
  </div>`
