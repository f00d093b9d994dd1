import type { ActionHost } from '@deploy-kit/core'
import type { DeployReport } from '../deploy/report.ts'
import { endingOf } from './ending.ts'
import { deploymentResult } from './result.ts'
import { deploymentSummary } from './summary.ts'

/** What an action that deploys reports: outcome, result, summary, and the outputs that all of them have. */
export const deploymentActionResult = (report: DeployReport, host: ActionHost) => ({
  ...endingOf(report),
  result: deploymentResult(report),
  summary: deploymentSummary(report, host.run),
  outputs: {
    digest: servingDigest(report),
    'previous-digest': report.replaced?.digest ?? '',
    weight: String(report.weight),
    promoted: String(report.end.phase === 'promoted'),
  },
})

/** The digest that serves everybody, or most, at the end. */
export const servingDigest = ({ end, release, replaced }: DeployReport): string =>
  end.phase === 'promoted' || end.phase === 'unchanged' || end.phase === 'returned' ? release.digest : (replaced?.digest ?? '')

/** The plan as JSON, for the output `plan`. */
export const planJson = (report: DeployReport): string => JSON.stringify(report.plan ?? null)
