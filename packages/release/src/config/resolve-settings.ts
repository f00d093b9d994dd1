import { resolve } from 'node:path'
import type { Bake, OnInsufficient, OnNewer, Step, StrategyName } from '@deploy-kit/rollout'
import type { DeploySettings } from '../deploy/settings.ts'
import { judgeSettings } from './resolve-judge.ts'
import type { ResolvedTarget } from './resolve-target.ts'
import type { EnvironmentConfig } from './schema.ts'

/** The inputs that say how a release is carried out; what is undefined is left to the configuration. */
export interface RolloutInputs {
  readonly strategy: StrategyName | undefined
  readonly steps: readonly number[] | undefined
  readonly 'bake-min': number | undefined
  readonly 'bake-max': number | undefined
  readonly 'on-insufficient': OnInsufficient | undefined
  readonly 'false-rollbacks': number | undefined
  readonly watch: number | undefined
  readonly smoke: string | undefined
  readonly deadline: number | undefined
  readonly 'on-cancel': 'abort' | 'freeze' | undefined
  readonly 'freeze-for': number
  readonly 'on-newer': OnNewer
  readonly 'lease-ttl': number
  readonly poll: number | undefined
}

const defaults = {
  bake: { minMs: 30_000, maxMs: 600_000 },
  weights: [5, 25, 50, 100],
  watchMs: 900_000,
  deadlineMs: 3_600_000,
  pollMs: 5_000,
} as const

/** Inputs over configuration over defaults. */
export const resolveSettings = (
  inputs: RolloutInputs,
  { target, configured, directory }: ResolvedTarget,
  workspace: string,
): DeploySettings => {
  const strategy = strategyOf(configured)
  const bake: Bake = {
    minMs: inputs['bake-min'] ?? strategy.bake.minMs ?? defaults.bake.minMs,
    maxMs: inputs['bake-max'] ?? strategy.bake.maxMs ?? Math.max(defaults.bake.maxMs, strategy.bake.minMs ?? 0),
  }
  const smoke = inputs.smoke === undefined ? configured?.smoke && resolve(directory, configured.smoke) : resolve(workspace, inputs.smoke)
  return {
    ...target,
    ...(configured?.after !== undefined && { after: configured.after }),
    variables: configured?.variables ?? {},
    strategy: inputs.strategy ?? strategy.name,
    steps: (inputs.steps ?? strategy.steps).map((step) => stepOf(step, bake)),
    approvePreview: strategy.approvePreview,
    ...(strategy.keepOldForMs !== undefined && { keepOldForMs: strategy.keepOldForMs }),
    judge: judgeSettings(configured?.judge, inputs['false-rollbacks']),
    directory,
    ...(smoke !== undefined && { smoke }),
    watchMs: inputs.watch ?? configured?.watch ?? defaults.watchMs,
    onInsufficient: inputs['on-insufficient'] ?? configured?.['on-insufficient'] ?? 'hold',
    onCancel: inputs['on-cancel'] ?? configured?.['on-cancel'] ?? 'abort',
    freezeForMs: inputs['freeze-for'],
    onNewer: inputs['on-newer'],
    deadlineMs: inputs.deadline ?? configured?.deadline ?? defaults.deadlineMs,
    pollMs: inputs.poll ?? configured?.poll ?? defaults.pollMs,
    leaseTtlMs: inputs['lease-ttl'],
  }
}

type ConfiguredStep = number | Exclude<NonNullable<ConfiguredSteps>[number], number>
type ConfiguredSteps = Extract<NonNullable<EnvironmentConfig['strategy']>, { canary: unknown }>['canary']['steps']

interface ConfiguredStrategy {
  readonly name: StrategyName
  readonly steps: readonly ConfiguredStep[]
  readonly bake: { readonly minMs?: number | undefined; readonly maxMs?: number | undefined }
  readonly approvePreview: boolean
  readonly keepOldForMs?: number | undefined
}

const strategyOf = (configured: EnvironmentConfig | undefined): ConfiguredStrategy => {
  const plain = { steps: defaults.weights, bake: {}, approvePreview: false }
  const strategy = configured?.strategy
  if (strategy === undefined) return { ...plain, name: 'canary' }
  if (typeof strategy === 'string') return { ...plain, name: strategy }
  if ('canary' in strategy)
    return { ...plain, name: 'canary', steps: strategy.canary.steps ?? plain.steps, bake: bakeOf(strategy.canary.bake) }
  const { bake, 'approve-preview': approve, 'keep-old-for': keepOldForMs } = strategy['blue-green']
  return { ...plain, name: 'blue-green', bake: bakeOf(bake), approvePreview: approve === true, keepOldForMs }
}

const stepOf = (step: ConfiguredStep, bake: Bake): Step => {
  if (typeof step === 'number') return { weight: step, bake, gates: [], approval: false }
  const own = bakeOf(step.bake)
  return {
    weight: step.weight,
    // A step without traffic has nothing to be judged by.
    bake: step.weight === 0 ? undefined : { minMs: own.minMs ?? bake.minMs, maxMs: own.maxMs ?? bake.maxMs },
    gates: step.gates ?? [],
    approval: step.approval === true,
  }
}

const bakeOf = (bake: { readonly min?: number; readonly max?: number } | undefined): ConfiguredStrategy['bake'] => ({
  minMs: bake?.min,
  maxMs: bake?.max,
})
