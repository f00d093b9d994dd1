import type { RehearsedRelease } from '../../result.ts'
import { html, type Markup } from '../page/html.ts'
import { seconds } from '../words/format.ts'
import { killedAt, promotedAt } from '../words/story.ts'
import { boxPath, stepPath } from './path.ts'
import { percent, plot, type Axis } from './plot.ts'
import { linear } from './scale.ts'

const height = 90

/** The weight of one release over time, under its evidence on the same time axis. */
export const weightChart = (release: RehearsedRelease, time: Axis): Markup => {
  const { name, version, fromMs, toMs } = release
  const y = linear(0, 100)
  const marks = [{ atMs: fromMs, weight: 0 }, ...release.weights]
  const ends = [...marks, { atMs: toMs, weight: marks.at(-1)?.weight ?? 0 }]
  const [killed, promoted] = [killedAt(release), promotedAt(release)]
  return plot({
    id: `weight-${name}`,
    title: `Weight of ${version} over time`,
    description: release.weights.map(({ atMs, weight }) => `${weight} % at ${seconds(atMs)}`).join(', '),
    height,
    x: time,
    y: { scale: y, ticks: [0, 50, 100], label: (weight) => `${weight} %` },
    paths: [
      marks.map(
        ({ atMs, weight }, index) =>
          html`<path
            class="area ${name}"
            d="${boxPath({ x: time.scale(atMs), y: 0 }, { x: time.scale(ends[index + 1]?.atMs ?? toMs), y: y(weight) })}"
          />`,
      ),
      html`<path class="line weight ${name}" d="${stepPath(ends.map(({ atMs, weight }) => ({ x: time.scale(atMs), y: y(weight) })))}" />`,
    ],
    marks: [
      killed === undefined ? undefined : event(time.scale(killed), 'killed', name),
      promoted === undefined ? undefined : event(time.scale(promoted), 'promoted', name),
    ],
  })
}

const event = (at: number, text: string, name: string): Markup =>
  html`<line class="event ${name}" x1="${percent(at)}" x2="${percent(at)}" y1="0" y2="100%" />
    <text class="event" x="${percent(at)}" dx="-6" y="16" text-anchor="end">${text}</text>`
