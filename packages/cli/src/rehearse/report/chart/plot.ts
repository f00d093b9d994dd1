import { html, type Content, type Markup } from '../page/html.ts'
import { field } from './path.ts'
import type { Scale } from './scale.ts'

export interface Axis {
  readonly scale: Scale
  readonly ticks: readonly number[]
  /** What stands at a tick; undefined for a line without a text. */
  readonly label: (tick: number) => string | undefined
}

export interface Plot {
  /** Id of its own in the page, and what a screen reader says instead of the picture. */
  readonly id: string
  readonly title: string
  readonly description: string
  /** Height in pixels, without the labels of the x axis. */
  readonly height: number
  readonly x: Axis
  readonly y: Axis
  /** Paths on the field; stretched, so nothing round and no text. */
  readonly paths: Content
  /** Texts and marks, placed in percent; never stretched. */
  readonly marks?: Content
}

/**
 * A plot that is as wide as the page lets it be. The field of the paths is stretched (with lines that keep their width),
 * while texts and marks stand at percentages and keep their size: one drawing is readable at any width, without a script.
 */
export const plot = ({ id, title, description, height, x, y, paths, marks }: Plot): Markup =>
  html`<svg class="plot" width="100%" height="${height}" role="img" aria-labelledby="${id}-title ${id}-description">
    <title id="${id}-title">${title}</title>
    <desc id="${id}-description">${description}</desc>
    ${y.ticks.map((tick) => level(y, tick))} ${x.ticks.map((tick, index) => moment(x, tick, height, index))}
    <svg width="100%" height="100%" viewBox="0 0 ${field} ${field}" preserveAspectRatio="none" class="field">${paths}</svg>
    ${marks}
  </svg>`

const level = ({ scale, label }: Axis, tick: number): Markup =>
  html`<line class="grid" x1="0" x2="100%" y1="${percent(1 - scale(tick))}" y2="${percent(1 - scale(tick))}" />
    <text class="tick" x="-8" y="${percent(1 - scale(tick))}" dy="0.35em" text-anchor="end">${label(tick)}</text>`

/** Every other label leaves when the page is narrow. */
const moment = ({ scale, label }: Axis, tick: number, height: number, index: number): Markup =>
  html`<line class="grid" x1="${percent(scale(tick))}" x2="${percent(scale(tick))}" y1="0" y2="100%" />
    <text class="tick${index % 2 === 0 ? '' : ' wide'}" x="${percent(scale(tick))}" y="${height + 18}" text-anchor="middle">
      ${label(tick)}
    </text>`

/** A share as SVG writes it. */
export const percent = (share: number): string => `${Math.round(share * 10_000) / 100}%`
