import { marginAt } from './failure-test.ts'
import { knowsEnough } from './reference.ts'
import { errorsOf, isLastWithStable, settingsOf } from './settings.ts'
import { newTally } from './tally.ts'
import type { Outlook } from './forecast.ts'

/** The traffic of stable, and what is planned. */
export type StableOutlook = Pick<Outlook, 'rps' | 'weight' | 'baseline' | 'options'>

/**
 * Milliseconds until stable is known well enough for the canary to be alone, at the last step before it, from what is known before that step (`options.history`).
 * 0 at every other step; Infinity without requests.
 * @throws RangeError when an option is outside its range
 */
export function knownAfterMs({ rps, weight, baseline, options = {} }: StableOutlook): number {
  const settings = settingsOf(options)
  if (!isLastWithStable(settings, weight)) return 0
  const errors = errorsOf(settings)
  const share = 1 - weight / 100
  const isEnough = (requests: number): boolean => {
    const tally = { ...newTally(0), stable: { requests, failures: requests * baseline } }
    return knowsEnough(errors, { tally }, errors.overdispersion, share, marginAt(errors, 100))
  }
  let [low, high] = [0, 1]
  while (!isEnough(high)) {
    if (high > mostRequests) return Infinity
    low = high
    high *= 2
  }
  while (high - low > 1 && high - low > high / 100) {
    const middle = (low + high) / 2
    if (isEnough(middle)) high = middle
    else low = middle
  }
  return (1000 * high) / (rps * share)
}

const mostRequests = 1e12
