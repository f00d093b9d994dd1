import { KitError } from '@deploy-kit/core'
import { sameRelease, type Release } from '../release.ts'
import type { Bake, GateName, InPlace, OnInsufficient, Plan, Step, StrategyName } from './plan.ts'

export interface PlanRequest {
  readonly app: string
  readonly environment: string
  readonly kind?: 'release' | 'rollback'
  readonly release: Release
  readonly replaces: Release | undefined
  readonly strategy: StrategyName
  /** How the platform replaces stable where it stands, and whether it can do nothing else; see TargetInPlace. */
  readonly inPlace?: { readonly as: InPlace; readonly only: boolean } | undefined
  /** Steps of a canary; ignored by the other strategies, which have their own. */
  readonly steps: readonly Step[]
  /** Whether a smoke suite is there to be run before traffic and after the promotion. */
  readonly smoke: boolean
  /** Blue-green: somebody must approve the preview. */
  readonly approvePreview?: boolean
  /** Blue-green: how long the old side is kept whole after the switch, at least; until then the way back is one write. */
  readonly keepOldForMs?: number
  readonly watchMs: number
  readonly onInsufficient: OnInsufficient
  readonly deadlineMs: number
  readonly pollMs: number
  readonly providerErrorsAllowed?: number
}

/**
 * The plan of a rollout. A first release has nothing to compare with, so it is prepared, checked and promoted.
 * @throws KitError `plan-impossible` naming the setting, `nothing-to-release` when the release already serves
 */
export const makePlan = (request: PlanRequest): Plan => {
  if (sameRelease(request.release, request.replaces)) {
    throw new KitError(
      'nothing-to-release',
      `${request.release.digest} with this configuration already serves ${request.app} in ${request.environment}.`,
    )
  }
  if (request.inPlace?.only === true && request.strategy !== 'rolling')
    impossible(`the workload cannot run two versions side by side, so ${request.strategy} is not possible; \`strategy\` must be rolling`)
  const gates: readonly GateName[] = request.smoke ? ['smoke'] : []
  const inPlace = request.strategy === 'rolling' ? request.inPlace?.as : undefined
  const steps = request.replaces === undefined ? [] : stepsOf(request)
  // Those of a first release are not gone through, and are checked all the same: the fault would show at the next one.
  checkSteps(stepsOf(request), request)
  return {
    app: request.app,
    environment: request.environment,
    kind: request.kind ?? 'release',
    release: request.release,
    replaces: request.replaces,
    strategy: request.strategy,
    ...(inPlace !== undefined && { inPlace }),
    gatesBefore: inPlace === 'at-once' ? [] : gates,
    steps,
    gatesAfter: gates,
    watchMs: request.watchMs,
    onInsufficient: request.onInsufficient,
    deadlineMs: request.deadlineMs,
    pollMs: request.pollMs,
    providerErrorsAllowed: request.providerErrorsAllowed ?? 5,
  }
}

/** Blue-green is a preview at weight 0, during which the judge gets to know stable, and one switch; rolling has no traffic steps of ours at all. */
const stepsOf = (request: PlanRequest): readonly Step[] => {
  const bake = request.steps.at(-1)?.bake
  switch (request.strategy) {
    case 'canary':
      return request.steps
    case 'blue-green':
      return [
        { weight: 0, bake: bake && { ...bake, minMs: 0 }, gates: [], approval: request.approvePreview === true },
        { weight: 100, bake: keptFor(bake, request.keepOldForMs), gates: [], approval: false },
      ]
    case 'rolling':
      return []
  }
}

/** The old side is kept for as long as the switch bakes: stable is replaced afterwards. */
const keptFor = (bake: Bake | undefined, keepMs = 0): Bake | undefined =>
  bake && { minMs: Math.max(bake.minMs, keepMs), maxMs: Math.max(bake.maxMs, keepMs) }

const checkSteps = (steps: readonly Step[], request: PlanRequest): void => {
  for (const [index, step] of steps.entries()) {
    const where = `step ${index + 1} (${step.weight} %)`
    const before = steps[index - 1]
    if (!Number.isInteger(step.weight) || step.weight < 0 || step.weight > 100)
      impossible(`${where}: a weight is a whole number from 0 to 100`)
    if (before !== undefined && step.weight <= before.weight)
      impossible(`${where}: weights rise, and the step before has ${before.weight} %`)
    if (step.bake !== undefined && step.weight === 0 && steps[index + 1]?.weight !== 100)
      impossible(`${where}: without requests there is nothing to judge, so it cannot bake`)
    if (step.bake !== undefined && step.bake.minMs > step.bake.maxMs) impossible(`${where}: \`bake.min\` is longer than \`bake.max\``)
  }
  const bakes = steps.reduce((sum, step) => sum + (step.bake?.minMs ?? 0), 0)
  if (bakes > request.deadlineMs)
    impossible(`the shortest bakes add up to ${bakes / 1000} s, and \`deadline\` is ${request.deadlineMs / 1000} s`)
  if (request.strategy === 'canary' && request.replaces !== undefined && steps.length === 0) impossible('a canary needs at least one step')
}

const impossible = (what: string): never => {
  throw new KitError('plan-impossible', `${what}.`)
}
