import { formatDuration } from '@deploy-kit/core'
import type { Ahead, LoggedEvent } from '@deploy-kit/rollout'
import { rateOf } from '../deploy/outlook.ts'

/** One event as a line for the log; undefined for those that say nothing new to a reader. */
export const eventLine = ({ event, weight, evidence, phase }: LoggedEvent): string | undefined => {
  switch (event.type) {
    case 'started':
      return undefined
    case 'prepared':
      return 'ready, without traffic'
    case 'gate-passed':
      return 'smoke test passed'
    case 'gate-failed':
      return `smoke test failed: ${firstLine(event.reason.text)}`
    case 'weight-set':
      return `${String(weight).padStart(3)} % of the traffic`
    case 'verdict':
      return event.verdict.kind === 'provider-error'
        ? `no data: ${event.verdict.text}`
        : `${event.verdict.kind.padEnd(12)} ${evidence?.text ?? ''}${event.verdict.kind === 'insufficient' ? aheadOf(evidence?.ahead) : ''}`
    case 'approval':
      return event.decision === 'waiting' ? undefined : `${event.decision}${event.by === undefined ? '' : ` by ${event.by}`}`
    case 'promoted':
      return phase === 'returning' ? 'the replaced release serves everybody again' : 'promoted: the new version serves everybody'
    case 'discarded':
      return 'canary removed'
    case 'restored':
      return 'the replaced release serves everybody again'
    case 'failed':
      return `failed: ${firstLine(event.reason.text)}`
    case 'abort':
      return `going back: ${firstLine(event.reason.text)}`
    case 'freeze':
      return `frozen at ${weight} %`
  }
}

/** The rest stands where the fault was reported first. */
const firstLine = (text: string): string => text.split('\n', 1)[0] ?? ''

const aheadOf = (ahead: Ahead | undefined): string =>
  ahead === undefined || !Number.isFinite(ahead.passMs)
    ? ''
    : `; at ${rateOf(ahead.perSecond)} requests a second the step needs about ${formatDuration(ahead.passMs)}`
