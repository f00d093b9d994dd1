import { asKitError, KitError } from '@deploy-kit/core'
import type { Plan } from '../plan/plan.ts'
import type { Look, Verdict } from '../ports/analyst.ts'
import type { TargetState } from '../ports/target.ts'
import type { VerdictSummary } from '../state/event.ts'
import { checkInPlace, type Place } from './in-place.ts'
import type { Moment, Performed } from './performed.ts'
import type { RolloutPorts } from './ports.ts'

/**
 * One look of the judge. It counts only if what it looked at was in place all the time, which is observed after it: nobody
 * but this run sets the weight up, so a weight that is in place at the end was there since the look before.
 * @throws KitError `weight-returned`, `foreign-writer`
 */
export const look = async (
  plan: Plan,
  mode: Look['mode'],
  moment: Moment,
  ports: RolloutPorts,
  signal: AbortSignal,
): Promise<Performed> => {
  const { weight, stepBegan } = moment
  // Of a promoted version the judge hears that it has all of the traffic, as stable.
  const place: Place = { weight, side: mode === 'watch' ? 'stable' : 'canary', release: plan.release }
  const verdict = await ports.analyst.look({ weight: mode === 'watch' ? 100 : weight, mode, stepBegan }, signal)
  const observed = await ports.target.describe(signal).catch((error: unknown) => asKitError(error))
  if (observed instanceof KitError) signal.throwIfAborted()
  else checkInPlace(place, observed)
  const counted = credible(verdict, observed)
  return {
    event: { type: 'verdict', verdict: summarise(counted), at: ports.clock.now() },
    ...(counted.kind !== 'provider-error' && { evidence: counted.evidence }),
  }
}

/** Nothing speaks for the canary while it is unknown where the traffic goes; what speaks against it still does. */
const credible = (verdict: Verdict, observed: TargetState | KitError): Verdict =>
  observed instanceof KitError && verdict.kind !== 'fail' ? { kind: 'provider-error', error: observed } : verdict

const summarise = (verdict: Verdict): VerdictSummary => {
  switch (verdict.kind) {
    case 'pass':
      return { kind: 'pass' }
    case 'fail': {
      const { culprit, evidence } = verdict
      // Evidence of another metric than the failures begins with its name.
      return { kind: 'fail', text: evidence.text.startsWith(`${culprit}: `) ? evidence.text : `${culprit}: ${evidence.text}` }
    }
    case 'insufficient':
      return { kind: 'insufficient', withinTolerance: verdict.withinTolerance, text: verdict.evidence.text }
    case 'provider-error':
      return { kind: 'provider-error', text: verdict.error.message }
  }
}
