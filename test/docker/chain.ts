import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import type { EndedStep } from '../fakes/runner/step.ts'
import { evaluate, type Value } from '../workflows/expressions.ts'
import type { Yard } from './yard.ts'

interface Chain {
  readonly inputs: Readonly<Record<string, { readonly default?: string }>>
  readonly runs: { readonly steps: readonly Step[] }
}

interface Step {
  readonly id: string
  readonly if?: string
  readonly uses: string
  readonly with: Readonly<Record<string, string>>
}

/** The steps that ran, by their ids, in order. */
export type Ran = ReadonlyMap<string, EndedStep>

/**
 * Runs a composite action of this repository as the runner does: its own steps from its own file, conditions and inputs by GitHub's evaluator,
 * each action from `dist`; a step that fails is the last.
 */
export const runChain = async (path: string, given: Readonly<Record<string, string>>, yard: Yard): Promise<Ran> => {
  const chain = parse(readFileSync(path, 'utf8')) as Chain
  const inputs = Object.fromEntries(Object.entries(chain.inputs).map(([name, input]) => [name, given[name] ?? input.default ?? '']))
  const ran = new Map<string, EndedStep>()
  for (const step of chain.runs.steps) {
    const steps: Value = Object.fromEntries([...ran].map(([id, { outputs }]) => [id, { outputs }]))
    const contexts = { inputs, steps }
    if (step.if !== undefined && evaluate(step.if, contexts) !== true) continue
    const asked = Object.entries(step.with).map(([name, text]) => [name, textOf(evaluate(text, contexts))] as const)
    const ended = await yard.runs(step.uses.replace('$/', ''), Object.fromEntries(asked))
    ran.set(step.id, ended)
    if (ended.exitCode !== 0) break
  }
  return ran
}

/** An input is a text, as the runner passes it. */
const textOf = (value: Value): string => (typeof value === 'string' ? value : value === null ? '' : JSON.stringify(value))
