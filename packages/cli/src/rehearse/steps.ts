import type { LoggedEvent } from '@deploy-kit/rollout'
import type { RehearsedRelease } from './result.ts'

/** What the forecast said of each step that was passed, and how long it took. */
export const stepsOf = (events: readonly LoggedEvent[]): RehearsedRelease['steps'] => {
  const marks = events.filter(({ event }) => event.type === 'weight-set' || event.type === 'promoted')
  return marks.flatMap((mark, index) => {
    const next = marks[index + 1]
    const isPassed = next !== undefined && (next.weight > mark.weight || next.event.type === 'promoted')
    if (mark.event.type !== 'weight-set' || mark.weight === 0 || !isPassed) return []
    const said = events.find(({ at, evidence }) => at > mark.at && at <= next.at && evidence?.ahead !== undefined)?.evidence?.ahead
    return [{ weight: mark.weight, saidMs: said === undefined ? null : Math.round(said.passMs), tookMs: next.at - mark.at }]
  })
}
