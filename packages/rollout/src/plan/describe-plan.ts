import { formatDuration } from '@deploy-kit/core'
import type { Release } from '../release.ts'
import type { Bake, Plan, Step } from './plan.ts'

/** The plan as lines for people, one per thing that will be done. */
export const describePlan = (plan: Plan): readonly string[] => [
  plan.replaces === undefined
    ? `first release of ${plan.app} in ${plan.environment}: ${shortDigest(plan.release.digest)}`
    : `${plan.kind} of ${plan.app} in ${plan.environment}: ${called(plan.replaces)} -> ${shortDigest(plan.release.digest)}, ${plan.strategy}`,
  ...(plan.inPlace === 'at-once'
    ? []
    : [
        `prepare ${shortDigest(plan.release.digest)} without traffic${plan.gatesBefore.length > 0 ? `, then ${plan.gatesBefore.join(', ')}` : ''}`,
      ]),
  ...plan.steps.map(describeStep),
  `${plan.inPlace === undefined ? 'promote' : 'replace it where it stands, and go back when that fails'}${plan.gatesAfter.length > 0 ? `, then ${plan.gatesAfter.join(', ')}` : ''}`,
  ...(plan.watchMs > 0 ? [`watch for ${formatDuration(plan.watchMs)}, and roll back when it fails`] : []),
]

/** A release that came before us may have an image without a digest, and be called by that alone. */
const called = ({ digest, image }: Release): string => (digest === '' ? image : shortDigest(digest))

const describeStep = (step: Step, index: number): string => {
  const bake = step.bake === undefined ? [] : [describeBake(step, step.bake)]
  const approval = step.approval ? ['wait for an approval'] : []
  // A preview is approved first.
  const stay = step.weight === 0 ? [...approval, ...bake] : [...bake, ...approval]
  return [`step ${index + 1}: ${step.weight} %`, ...step.gates, ...stay].join(', ')
}

const describeBake = ({ weight }: Step, { minMs, maxMs }: Bake): string =>
  weight === 0
    ? `get to know stable, for ${formatDuration(maxMs)} at the longest`
    : `bake ${formatDuration(minMs)} to ${formatDuration(maxMs)}`

/** Twelve digits of a digest are enough for people. */
export const shortDigest = (digest: string): string => digest.replace(/^sha256:/, '').slice(0, 12)
