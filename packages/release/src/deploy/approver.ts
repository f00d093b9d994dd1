import type { Approval, Approver, DocumentStore } from '@deploy-kit/rollout'

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

/** Writes a decision about a step, counted from 0. */
export const decideStep = async (
  documents: DocumentStore,
  step: number,
  decision: 'approved' | 'rejected',
  by: string | undefined,
  signal: AbortSignal,
): Promise<void> => {
  const found = await documents.read(approvalsDocument, signal)
  const approvals = (found?.value as unknown as Approvals | undefined) ?? { steps: {} }
  const answer = { decision, ...(by !== undefined && { by }) }
  await documents.write(approvalsDocument, { steps: { ...approvals.steps, [step]: answer } }, found?.version, signal)
}

/** Forgets the decisions of an earlier rollout: an approval is for one release. */
export const clearApprovals = async (documents: DocumentStore, signal: AbortSignal): Promise<void> => {
  const found = await documents.read(approvalsDocument, signal)
  if (found !== undefined) await documents.remove(approvalsDocument, found.version, signal)
}
