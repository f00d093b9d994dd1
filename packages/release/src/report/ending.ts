import type { ReasonCode } from '@deploy-kit/core'
import { shortDigest } from '@deploy-kit/rollout'
import type { DeployReport } from '../deploy/report.ts'

/** The end of a deployment as every action reports it. */
export interface Ending {
  readonly ok: boolean
  readonly outcome: string
  readonly reasonCode: ReasonCode
  readonly reason: string
}

/** What a deployment's end means for the step: green when what was asked for is so, red otherwise. */
export const endingOf = ({ end, release, app, environment, kind }: DeployReport): Ending => {
  const what = release.version ?? shortDigest(release.digest)
  const where = `${app} in ${environment}`
  switch (end.phase) {
    case 'promoted':
      return { ok: true, outcome: kind === 'rollback' ? 'rolled-back' : 'promoted', reasonCode: 'ok', reason: `${what} serves ${where}.` }
    case 'unchanged':
      return { ok: true, outcome: 'unchanged', reasonCode: 'nothing-to-release', reason: `${what} already serves ${where}.` }
    case 'returned':
      return {
        ok: true,
        outcome: 'rolled-back',
        reasonCode: 'ok',
        reason: `The rollout that was under way was ended; ${what} serves ${where}.`,
      }
    case 'planned':
      return { ok: true, outcome: 'planned', reasonCode: 'ok', reason: `This was a dry run: nothing was touched.` }
    case 'frozen':
      return { ok: false, outcome: 'frozen', reasonCode: 'frozen', reason: `The rollout of ${what} was frozen where it stood.` }
    case 'aborted':
      return { ok: false, outcome: 'aborted', reasonCode: end.reason.code, reason: end.reason.text }
    case 'rolled-back':
      return { ok: false, outcome: 'rolled-back', reasonCode: end.reason.code, reason: end.reason.text }
  }
}
