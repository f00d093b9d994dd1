import { formatDuration } from '@deploy-kit/core'
import type { Plan, Step } from './plan.ts'

/** The plan as lines for people, one per thing that will be done. */
export const describePlan = (plan: Plan): readonly string[] => [
  plan.replaces === undefined
    ? `first release of ${plan.app} in ${plan.environment}: ${shortDigest(plan.release.digest)}`
    : `${plan.kind} of ${plan.app} in ${plan.environment}: ${shortDigest(plan.replaces.digest)} -> ${shortDigest(plan.release.digest)}, ${plan.strategy}`,
  ...(plan.inPlace === 'at-once'
    ? []
    : [
        `prepare ${shortDigest(plan.release.digest)} without traffic${plan.gatesBefore.length > 0 ? `, then ${plan.gatesBefore.join(', ')}` : ''}`,
      ]),
  ...plan.steps.map(describeStep),
  `${plan.inPlace === undefined ? 'promote' : 'replace it where it stands, and go back when that fails'}${plan.gatesAfter.length > 0 ? `, then ${plan.gatesAfter.join(', ')}` : ''}`,
  ...(plan.watchMs > 0 ? [`watch for ${formatDuration(plan.watchMs)}, and roll back when it fails`] : []),
]

const describeStep = (step: Step, index: number): string =>
  [
    `step ${index + 1}: ${step.weight} %`,
    ...step.gates,
    ...(step.bake === undefined ? [] : [`bake ${formatDuration(step.bake.minMs)} to ${formatDuration(step.bake.maxMs)}`]),
    ...(step.approval ? ['wait for an approval'] : []),
  ].join(', ')

/** Twelve digits of a digest are enough for people. */
export const shortDigest = (digest: string): string => digest.replace(/^sha256:/, '').slice(0, 12)
