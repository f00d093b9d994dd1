import type { RehearsalResult, RehearsedRelease } from '../../result.ts'
import { html, type Markup } from '../page/html.ts'
import { seconds } from '../words/format.ts'
import { served, type Served } from '../words/serving.ts'
import { failingLook, killedAt } from '../words/story.ts'
import { boxPath } from './path.ts'
import { percent, plot } from './plot.ts'
import { linear, type Scale } from './scale.ts'
import { roundTicks } from './ticks.ts'

const height = 260

/** Which version answered the users, from the first request to the end: the weights of all releases as areas. */
export const trafficChart = (result: RehearsalResult): Markup => {
  const { releases, durationMs } = result
  const x = linear(0, durationMs)
  const y = linear(0, 100)
  return plot({
    id: 'traffic',
    title: 'Share of the requests that each version answered, over time',
    description: releases.map(told).join(' '),
    height,
    x: { scale: x, ticks: roundTicks(0, durationMs / 1_000, 8).map((tick) => tick * 1_000), label: (ms) => `${ms / 1_000} s` },
    y: { scale: y, ticks: [0, 25, 50, 75, 100], label: (weight) => `${weight} %` },
    paths: served(releases, durationMs).map((stretch) => area(stretch, x, y)),
    marks: [releases.map((release) => band(release, x)), releases.map((release) => event(release, x))],
  })
}

const area = ({ by, fromMs, toMs, from, to }: Served, x: Scale, y: Scale): Markup =>
  html`<path class="area ${by.name}" d="${boxPath({ x: x(fromMs), y: y(from) }, { x: x(toMs), y: y(to) })}">
    <title>${by.version}: ${to - from} % of the requests, ${seconds(fromMs)} to ${seconds(toMs)}</title>
  </path>`

/** Where a release begins, and its version above it when there is room. */
const band = ({ fromMs, toMs, version }: RehearsedRelease, x: Scale): Markup => {
  const width = x(toMs) - x(fromMs)
  return html`<line class="begin" x1="${percent(x(fromMs))}" x2="${percent(x(fromMs))}" y1="-22" y2="100%" /> ${
      width < 0.04
        ? undefined
        : html`<text class="band${width < 0.1 ? ' wide' : ''}" x="${percent(x(fromMs))}" dx="5" y="-10">${version}</text>`
    }`
}

/** The moments that matter: the verdict on the bad one, the kill. */
const event = (release: RehearsedRelease, x: Scale): Markup | undefined => {
  const killed = killedAt(release)
  const failed = failingLook(release)?.atMs
  if (killed !== undefined) return marked(x(killed), 'killed', release)
  return failed === undefined ? undefined : marked(x(failed), 'caught', release)
}

const marked = (at: number, text: string, { name }: RehearsedRelease): Markup =>
  html`<line class="event ${name}" x1="${percent(at)}" x2="${percent(at)}" y1="0" y2="100%" />
    <text class="event" x="${percent(at)}" dx="-6" y="22" text-anchor="end">${text}</text>`

const told = ({ version, weights, outcome }: RehearsedRelease): string =>
  `${version}: ${weights.map(({ atMs, weight }) => `${weight} % at ${seconds(atMs)}`).join(', ')}; ${outcome}.`
