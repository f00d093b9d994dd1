import type { RehearsalResult } from '../../result.ts'
import { html, type Markup } from '../page/html.ts'
import { count, counted, duration, moment, odds, seconds } from '../words/format.ts'
import { failingLook, faults, named } from '../words/story.ts'

/** What happened, in a sentence and in its numbers. */
export const headline = (result: RehearsalResult): Markup =>
  html`<header>
    <p class="kicker">deploy-kit · rehearsal of a release</p>
    <h1>${result.ok ? success(result) : 'The rehearsal did not go as it should'}</h1>
    ${
      result.ok
        ? undefined
        : html`<ul class="faults">
            ${faults(result).map((fault) => html`<li>${fault}</li>`)}
          </ul>`
    }
    <p class="when">
      <span class="badge ${result.ok ? 'ok' : 'not-ok'}">${result.ok ? '✓ as it should be' : '✗ not as it should be'}</span>
      <time datetime="${result.startedAt}">${moment(result.startedAt)}</time>, ${duration(result.durationMs)} in all
    </p>
    <dl class="tiles">${tiles(result)}</dl>
  </header>`

const success = (result: RehearsalResult): string => {
  const caught = named(result, 'bad')?.detectedAfterMs
  const home = named(result, 'killed')?.homeAfterKillMs
  const what = [
    'The good release was promoted',
    ...(caught === undefined ? [] : [`the bad one was caught in ${duration(caught)}`]),
    ...(home === undefined ? [] : [`the killed one was home in ${duration(home)}`]),
  ]
  return `${what.join(', ')}, and no request was lost.`
}

const tiles = (result: RehearsalResult): readonly Markup[] => {
  const { traffic } = result
  const [bad, killed] = [named(result, 'bad'), named(result, 'killed')]
  const fatal = failingLook(bad)
  return [
    tile('requests sent', count(traffic.sent), `${count(traffic.perSecond)} a second; ${count(traffic.answered)} were answered`),
    tile('lost', count(traffic.lost), `longest time between two answers ${duration(traffic.longestGapMs)}`),
    ...(bad?.detectedAfterMs === undefined
      ? []
      : [tile('to catch the bad release', seconds(bad.detectedAfterMs), 'from its first traffic to the verdict')]),
    ...(fatal === undefined
      ? []
      : [tile('odds that it is worse', odds(fatal.against), `${odds(fatal.againstNeeded)} were needed to send it back`)]),
    ...(bad === undefined
      ? []
      : [tile('answers from the bad release', count(bad.exposed.answered), `${counted(bad.exposed.failed, 'failure')} among them`)]),
    ...(killed?.homeAfterKillMs === undefined
      ? []
      : [tile('from the kill to whole traffic', duration(killed.homeAfterKillMs), reconciled(killed.homeAfterReconcileMs))]),
  ]
}

const reconciled = (ms: number | undefined): string =>
  ms === undefined ? 'with SIGKILL, which nothing can hear' : `${duration(ms)} of it after reconcile began`

const tile = (name: string, value: string, detail: string): Markup =>
  html`<div class="tile">
    <dt>${name}</dt>
    <dd class="value">${value}</dd>
    <dd>${detail}</dd>
  </div>`
