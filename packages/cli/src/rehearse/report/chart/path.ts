/** A place in a plot: x from the left, y from the bottom, both from 0 to 1. */
export interface Point {
  readonly x: number
  readonly y: number
}

/** The data of an SVG path is drawn on a field of this many units, which is then stretched over the plot. */
export const field = 1_000

/** Straight lines from point to point, with a gap where there is none. */
export const linePath = (points: readonly (Point | undefined)[]): string =>
  points.map((point, index) => (point === undefined ? '' : `${points[index - 1] === undefined ? 'M' : 'L'}${at(point)}`)).join('')

/** The value of a point holds until the next one. */
export const stepPath = (points: readonly Point[]): string =>
  points.map((point, index) => (index === 0 ? `M${at(point)}` : `H${across(point)}V${down(point)}`)).join('')

/** The area between two levels that hold from one place to another. */
export const boxPath = (from: Point, to: Point): string => `M${at(from)}H${across(to)}V${down(to)}H${across(from)}Z`

const at = (point: Point): string => `${across(point)} ${down(point)}`
const across = ({ x }: Point): number => rounded(x * field)
const down = ({ y }: Point): number => rounded((1 - y) * field)
const rounded = (value: number): number => Math.round(value * 100) / 100
