import type { Json } from '@deploy-kit/core'
import type { Release } from '@deploy-kit/rollout'
import type { DeployReport } from '../deploy/report.ts'
import { changesResult } from './changes.ts'
import { endingOf } from './ending.ts'
import { timeline } from './timeline.ts'

/** The machine-readable result of a deployment: `result` of the action; schema/result.schema.json describes it. */
export const deploymentResult = (report: DeployReport): Json => {
  const { ok, outcome, reasonCode, reason } = endingOf(report)
  const evidence = report.events.findLast((logged) => logged.evidence !== undefined)?.evidence
  return {
    version: 1,
    kind: 'deployment',
    ok,
    outcome,
    reasonCode,
    reason,
    app: report.app,
    environment: report.environment,
    from: report.replaced === undefined ? null : named(report.replaced),
    to: named(report.release),
    weight: report.weight,
    changes: changesResult(report.changes),
    startedAt: new Date(report.startedAt).toISOString(),
    endedAt: new Date(report.endedAt).toISOString(),
    weights: timeline(report).map(({ weight, from, to }) => ({
      weight,
      from: new Date(from).toISOString(),
      to: new Date(to).toISOString(),
    })),
    evidence: evidence === undefined ? null : { text: evidence.text, numbers: evidence.numbers },
  }
}

const named = ({ digest, image, version, commit }: Release): Json => ({ digest, image, version: version ?? null, commit: commit ?? null })
