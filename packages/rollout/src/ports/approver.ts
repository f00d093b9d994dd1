export type Approval = { readonly decision: 'waiting' } | { readonly decision: 'approved' | 'rejected'; readonly by?: string }

/** Who is asked before a step that needs an approval is left. */
export interface Approver {
  /** The decision so far about leaving a step, counted from 0. */
  ask(step: number, signal: AbortSignal): Promise<Approval>
}
