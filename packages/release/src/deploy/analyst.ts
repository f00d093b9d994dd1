import { asKitError, type Clock, type Json } from '@deploy-kit/core'
import { createJudge, describeEvidence, type Judge, type JudgeOptions, type JudgeState } from '@deploy-kit/judge'
import type { Analyst, CountSource, Verdict } from '@deploy-kit/rollout'

/** Reads counts from a source and puts them before the judge. A source that fails yields `provider-error`, never a verdict. */
export const createAnalyst = (source: CountSource, options: JudgeOptions, clock: Clock): Analyst => {
  let judge: Judge = createJudge(options)
  return {
    look: async ({ weight, mode, stepBegan }, signal): Promise<Verdict> => {
      const counts = await source.read(signal).catch((error: unknown) => asKitError(error))
      signal.throwIfAborted()
      if (counts instanceof Error) return { kind: 'provider-error', error: counts }
      const { unread: [unread] = [], ...sample } = counts
      const judgement = judge.observe({ ...sample, at: Math.max(counts.at, 0) || clock.now(), weight, mode, stepBegan })
      const evidence = { text: describeEvidence(judgement.evidence), numbers: judgement.evidence as unknown as Json }
      // What can be heard may send the canary back; while a source is silent nothing can pass, as if it had nothing to say.
      if (unread !== undefined && judgement.verdict !== 'fail') return { kind: 'provider-error', error: unread }
      switch (judgement.verdict) {
        case 'pass':
          return { kind: 'pass', evidence }
        case 'fail':
          return { kind: 'fail', evidence, culprit: judgement.culprit ?? 'errors' }
        case 'insufficient':
        case 'noisy':
        case 'no-data':
          return { kind: 'insufficient', evidence, withinTolerance: judgement.withinTolerance && judgement.verdict === 'insufficient' }
      }
    },
    state: () => judge.state() as unknown as Json,
    restore: (state) => {
      judge = createJudge(options, state as unknown as JudgeState)
    },
  }
}
