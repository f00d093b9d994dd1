import { KitError } from '@deploy-kit/core'
import { leaseDocument, savedRollout, type Approval, type Approver, type DocumentStore, type Lease } from '@deploy-kit/rollout'

/** Name of the document that approvals are written to, by `deploy-kit approve` and `deploy-kit reject`. */
export const approvalsDocument = 'approvals'

interface Approvals {
  readonly steps: Readonly<Record<string, { readonly decision: 'approved' | 'rejected'; readonly by?: string }>>
}

/** Asks the document in the target, so that anybody who may write there can approve, from any machine. */
export const documentApprover = (documents: DocumentStore): Approver => ({
  ask: async (step, signal): Promise<Approval> => {
    const found = await documents.read(approvalsDocument, signal)
    const approvals = found?.value as Approvals | undefined
    return approvals?.steps[String(step)] ?? { decision: 'waiting' }
  },
})

/** Writes a decision about a step, counted from 0. @throws KitError `approval-unexpected` when no rollout will ask for it */
export const decideStep = async (
  documents: DocumentStore,
  step: number,
  decision: 'approved' | 'rejected',
  by: string | undefined,
  signal: AbortSignal,
): Promise<void> => {
  await requireQuestion(documents, step, signal)
  const found = await documents.read(approvalsDocument, signal)
  const approvals = (found?.value as unknown as Approvals | undefined) ?? { steps: {} }
  const answer = { decision, ...(by !== undefined && { by }) }
  await documents.write(approvalsDocument, { steps: { ...approvals.steps, [step]: answer } }, found?.version, signal)
}

/** A decision about a step that nobody asks about would be believed to have done something. */
const requireQuestion = async (documents: DocumentStore, step: number, signal: AbortSignal): Promise<void> => {
  const lease = await documents.read(leaseDocument, signal)
  const plan = lease === undefined ? undefined : savedRollout(lease.value as unknown as Lease)?.plan
  if (plan === undefined) throw new KitError('approval-unexpected', 'No rollout is under way here.')
  if (plan.steps[step]?.approval === true) return
  const asked = plan.steps.flatMap((each, index) => (each.approval ? [index + 1] : []))
  const which = asked.length === 0 ? 'none of its steps' : `step ${asked.join(', ')}`
  throw new KitError('approval-unexpected', `The rollout asks for no approval at step ${step + 1}; it asks at ${which}.`)
}

/** Forgets the decisions of an earlier rollout: an approval is for one release. */
export const clearApprovals = async (documents: DocumentStore, signal: AbortSignal): Promise<void> => {
  const found = await documents.read(approvalsDocument, signal)
  if (found !== undefined) await documents.remove(approvalsDocument, found.version, signal)
}
