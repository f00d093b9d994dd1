import type { Evidence } from '@deploy-kit/judge'
import type { LoggedEvent } from '@deploy-kit/rollout'
import type { Look } from './result.ts'

/** A look of the judge as the report shows it; none for other events. */
export const lookOf = ({ at, event, weight, evidence }: LoggedEvent, startedAt: number): readonly Look[] => {
  if (event.type !== 'verdict') return []
  const numbers = evidence?.numbers as Partial<Evidence> | undefined
  return [
    {
      atMs: at - startedAt,
      weight,
      verdict: event.verdict.kind,
      text: evidence?.text ?? '',
      against: numbers?.against?.odds ?? null,
      againstNeeded: numbers?.against?.needed ?? null,
      promotion: numbers?.promotion?.odds ?? null,
      promotionNeeded: numbers?.promotion?.needed ?? null,
    },
  ]
}
