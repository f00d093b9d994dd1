import type { LoggedEvent, Percent } from '@deploy-kit/rollout'
import type { DeployReport } from '../deploy/report.ts'

/** A stretch of time with one weight. Times in milliseconds since the epoch. */
export interface Stretch {
  readonly label: string
  readonly weight: Percent
  readonly from: number
  readonly to: number
  /** Whether the traffic was on its way back. */
  readonly back: boolean
}

/** The weights over time, from the event log. */
export const timeline = ({ events, startedAt, endedAt }: Pick<DeployReport, 'events' | 'startedAt' | 'endedAt'>): readonly Stretch[] => {
  const marks = events.filter(({ event }) => event.type === 'weight-set' || event.type === 'promoted')
  const first: Mark = { at: startedAt, label: 'prepare and check', weight: 0, back: false }
  const all = [first, ...marks.map(markOf)]
  return all
    .map((mark, index) => ({ label: mark.label, weight: mark.weight, back: mark.back, from: mark.at, to: all[index + 1]?.at ?? endedAt }))
    .filter((stretch) => stretch.to > stretch.from)
}

interface Mark {
  readonly at: number
  readonly label: string
  readonly weight: Percent
  readonly back: boolean
}

const markOf = ({ at, event, weight, phase }: LoggedEvent): Mark => {
  if (event.type === 'promoted')
    return { at, label: phase === 'returning' ? 'replaced release back' : 'promoted', weight: 0, back: phase === 'returning' }
  const back = phase === 'discarding' || phase === 'retreating'
  return { at, label: back ? 'back on stable' : `${weight} %`, weight, back }
}
