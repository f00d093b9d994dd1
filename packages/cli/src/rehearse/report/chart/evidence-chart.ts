import type { Look, RehearsedRelease } from '../../result.ts'
import { html, type Markup } from '../page/html.ts'
import { odds, seconds } from '../words/format.ts'
import { linePath, stepPath, type Point } from './path.ts'
import { percent, plot, type Axis } from './plot.ts'
import { logarithmic, type Scale } from './scale.ts'
import { decades } from './ticks.ts'

const height = 230
/** Odds beyond these stand at the edge: nobody tells one in ten thousand from one in a million by eye. */
const [least, most] = [1e-3, 1e5]

/** What the judge knew at each look: the odds against the canary and for it on a scale of ratios, with what each needs. */
export const evidenceChart = ({ name, version, looks }: RehearsedRelease, time: Axis): Markup => {
  const y = oddsScale(looks)
  const place = (look: Look, value: number | null): Point | undefined =>
    value === null ? undefined : { x: time.scale(look.atMs), y: y.scale(value) }
  return plot({
    id: `evidence-${name}`,
    title: `What the judge knew about ${version} at each look`,
    description: `${looks.length} looks. The last one: ${looks.at(-1)?.text ?? 'none'}. The table below holds them all.`,
    height,
    x: { ...time, label: () => undefined },
    y,
    paths: [
      html`<path class="needed against" d="${threshold(looks, 'againstNeeded', time.scale, y.scale)}" />`,
      html`<path class="needed promotion" d="${threshold(looks, 'promotionNeeded', time.scale, y.scale)}" />`,
      html`<path class="line promotion" d="${linePath(looks.map((look) => place(look, look.promotion)))}" />`,
      html`<path class="line against" d="${linePath(looks.map((look) => place(look, look.against)))}" />`,
    ],
    marks: [
      needed(looks, 'againstNeeded', y.scale, 'sent back at'),
      needed(looks, 'promotionNeeded', y.scale, 'next step at'),
      looks.map((look) => [
        dot('promotion', place(look, look.promotion), `${seconds(look.atMs)}: ${odds(look.promotion)} for ${version}`),
        dot('against', place(look, look.against), `${seconds(look.atMs)}: ${odds(look.against)} against ${version}`),
      ]),
    ],
  })
}

/** From the weakest evidence to the strongest, with the thresholds and 1 : 1 in sight. */
const oddsScale = (looks: readonly Look[]): Axis => {
  const seen = looks
    .flatMap(({ against, againstNeeded, promotion, promotionNeeded }) => [against, againstNeeded, promotion, promotionNeeded])
    .filter((value) => value !== null)
    .map((value) => Math.min(Math.max(value, least), most))
  const from = 10 ** Math.floor(Math.log10(Math.min(0.1, ...seen)))
  const to = 10 ** Math.ceil(Math.log10(Math.max(1_000, ...seen)))
  return { scale: logarithmic(from, to), ticks: decades(from, to), label: (value) => `${value < 1 ? value : odds(value).slice(0, -4)} : 1` }
}

type Needed = 'againstNeeded' | 'promotionNeeded'

/** What is needed holds from one look to the next, and from edge to edge. */
const threshold = (looks: readonly Look[], which: Needed, x: Scale, y: Scale): string => {
  const points = looks.flatMap((look): Point[] => (look[which] === null ? [] : [{ x: x(look.atMs), y: y(look[which]) }]))
  const [first, last] = [points.at(0), points.at(-1)]
  return first === undefined || last === undefined ? '' : stepPath([{ x: 0, y: first.y }, ...points, { x: 1, y: last.y }])
}

const needed = (looks: readonly Look[], which: Needed, y: Scale, words: string): Markup | undefined => {
  const value = looks[0]?.[which]
  if (value === undefined || value === null) return undefined
  return html`<text class="needed wide ${which === 'againstNeeded' ? 'against' : 'promotion'}" x="6" y="${percent(1 - y(value))}" dy="-5">
    ${words} ${odds(value)}
  </text>`
}

const dot = (what: 'against' | 'promotion', point: Point | undefined, title: string): Markup | undefined =>
  point && html`<circle class="${what}" cx="${percent(point.x)}" cy="${percent(1 - point.y)}" r="3"><title>${title}</title></circle>`
