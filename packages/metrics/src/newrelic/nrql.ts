import type { Window } from '../windows/window.ts'
import type { NewRelicOptions } from './options.ts'

/**
 * Counts one side in one window. SINCE and UNTIL say what is searched; whether UNTIL belongs to it is not documented, so the
 * times stand in the condition too, and no event is counted in two windows.
 */
export const nrqlFor = ({ from, count, failed }: NewRelicOptions, condition: string, window: Window): string =>
  `SELECT ${count} AS 'requests', filter(${count}, WHERE ${failed}) AS 'failures' FROM ${from} ` +
  `WHERE (${condition}) AND timestamp >= ${window.from} AND timestamp < ${window.until} SINCE ${window.from} UNTIL ${window.until}`

/** For strings in single quotes. */
export const nrqlText = (value: string): string => value.replace(/[\\']/g, String.raw`\$&`)
