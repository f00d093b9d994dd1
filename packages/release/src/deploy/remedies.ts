import { formatDuration } from '@deploy-kit/core'
import { percent, type Forecast } from '@deploy-kit/judge'
import type { Percent, Step } from '@deploy-kit/rollout'
import type { Judging } from './judging.ts'

const weights: readonly Percent[] = [5, 10, 20, 25, 50, 75, 100]
const harms: readonly number[] = [0.002, 0.005, 0.01, 0.02, 0.05]
const probeRates: readonly number[] = [1, 2, 5, 10, 20, 50, 100]
const minuteMs = 60_000

/**
 * What would be enough for a step that will hardly have evidence enough, each thing by itself: the smallest usual value of it that suffices by the forecast. One that
 * never suffices is not named.
 * @param suffices whether the time that is allowed suffices at another weight, or with other settings
 */
export const remediesFor = (
  step: Step,
  { promoteMedianMs }: Forecast,
  judging: Judging,
  suffices: (weight: Percent, judging: Judging) => boolean,
): string => {
  const { options, probesPerSecond } = judging
  const weight = weights.find((more) => more > step.weight && suffices(more, judging))
  const harm = harms.find(
    (more) => more > (options.harm ?? 0.001) && suffices(step.weight, { ...judging, options: { ...options, harm: more } }),
  )
  const probes = probeRates.find((more) => more > probesPerSecond && suffices(step.weight, { ...judging, probesPerSecond: more }))
  const remedies = [
    ...(promoteMedianMs < Infinity ? [`\`bake-max: ${formatDuration(Math.ceil((1.5 * promoteMedianMs) / minuteMs) * minuteMs)}\``] : []),
    ...(weight === undefined ? [] : [`a weight of ${weight} %`]),
    ...(harm === undefined ? [] : [`\`harm: ${percent(harm).replace(' ', '')}\``]),
    ...(probes === undefined ? [] : [`${probes} synthetic requests a second to each side (\`judge.probe\`)`]),
  ]
  return remedies.length === 0
    ? 'Nothing that can be set here suffices: it needs more traffic.'
    : `Enough would be ${new Intl.ListFormat('en', { type: 'disjunction' }).format(remedies)}.`
}
