import type { InputSpec } from './input.ts'

export type Inputs = Readonly<Record<string, InputSpec<unknown>>>

/** The values that main receives: one per declared input, with its type. */
export type InputValues<I extends Inputs> = { readonly [K in keyof I]: I[K] extends InputSpec<infer T> ? T : never }

/** What is written about an action once: action.yml, README tables and CLI flags are generated from it. */
export interface ActionDefinition<I extends Inputs = Inputs, O extends string = string> {
  readonly name: string
  readonly title: string
  readonly summary: string
  readonly inputs: I
  /** Name and meaning of each output. */
  readonly outputs: Readonly<Record<O, string>>
  /** Permission of the job's token, its level and the reason. */
  readonly permissions: Readonly<Record<string, readonly [level: 'read' | 'write', reason: string]>>
  /** Hosts that the action contacts and why. */
  readonly hosts: Readonly<Record<string, string>>
  /** Whether a post step finishes what a killed main left behind. */
  readonly finishesInPost: boolean
  readonly branding: { readonly icon: string; readonly color: string }
}

/** Outputs of every action; README and docs describe them once. */
export const outcomeOutputs = {
  outcome: 'What became of it in one word.',
  'reason-code': 'Stable code of the reason; each has a page in docs/reason-codes.',
  reason: 'The reason in a sentence.',
  result: 'Everything as one JSON document (schema/result.schema.json).',
} as const

/** Declares an action. The outcome outputs are added to its own. */
export const defineAction = <const I extends Inputs, const O extends Readonly<Record<string, string>>>(
  definition: Omit<ActionDefinition<I>, 'outputs' | 'finishesInPost'> & { readonly outputs: O; readonly finishesInPost?: true },
): ActionDefinition<I, Extract<keyof O, string> | keyof typeof outcomeOutputs> => ({
  ...definition,
  finishesInPost: definition.finishesInPost === true,
  outputs: { ...outcomeOutputs, ...definition.outputs },
})
