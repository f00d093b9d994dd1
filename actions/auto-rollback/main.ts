import { resolve } from 'node:path'
import { runs, type ActionResult } from '@deploy-kit/core'
import {
  candidates,
  deploymentActionResult,
  openTarget,
  reconcileTarget,
  requireReason,
  resolveTarget,
  rollback,
  rollbackDefaults,
  servingNow,
} from '@deploy-kit/release'
import { autoRollback } from './action.ts'

export const main = runs(autoRollback, async ({ inputs, host, signal }) => {
  const resolved = await resolveTarget(inputs, host.workspace)
  const reason = inputs.mode === 'execute' ? requireReason(inputs.reason) : (inputs.reason ?? 'not given')
  const target = await openTarget(resolved.target, host, signal)
  if (inputs.mode === 'list') return candidates(target)
  if (inputs.mode === 'reconcile') return reconciled(await reconcileTarget(target, { dryRun: inputs['dry-run'] }), await servingNow(target))
  const smoke = inputs.smoke === undefined ? undefined : resolve(host.workspace, inputs.smoke)
  const report = await rollback(
    {
      ...rollbackDefaults(resolved),
      to: inputs.target,
      reason,
      maxAgeMs: inputs['max-age'],
      allowUnverified: inputs['allow-unverified'],
      fromHistory: inputs['from-history'],
      ...(smoke !== undefined && { smoke }),
      deadlineMs: inputs.deadline,
      dryRun: inputs.mode === 'plan' || inputs['dry-run'],
    },
    target,
  )
  const { outputs, ...result } = deploymentActionResult(report, host)
  return {
    ...result,
    outputs: {
      digest: outputs.digest,
      'from-digest': outputs['previous-digest'],
      changed: String(outputs.promoted === 'true' || report.end.phase === 'returned'),
    },
  }
})

const reconciled = (done: Awaited<ReturnType<typeof reconcileTarget>>, digest: string): ActionResult<'digest' | 'changed'> => ({
  ok: true,
  outcome: done.kind === 'ended' ? 'reconciled' : done.kind === 'planned' ? 'planned' : 'nothing-to-do',
  reasonCode: done.reasonCode,
  reason: done.text,
  result: { version: 1, kind: 'reconciliation', outcome: done.kind, reason: done.text, end: done.end?.phase ?? null, digest },
  outputs: { digest, changed: String(done.kind === 'ended') },
  summary: `## Reconcile\n\n${done.text}\n`,
})
