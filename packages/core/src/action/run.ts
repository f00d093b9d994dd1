import { asKitError, explain, KitError } from '../errors.ts'
import type { Json } from '../ports/json.ts'
import type { ReasonCode } from '../reason-codes/index.ts'
import type { ActionDefinition, InputValues, Inputs, outcomeOutputs } from './define.ts'
import type { ActionHost } from './host.ts'
import { readInputs } from './read-inputs.ts'
import { cancellation } from './cancellation.ts'

/** What a use-case reports, and what the step's outputs are made of. */
export interface ActionResult<O extends string> {
  /** Whether the step is green. */
  readonly ok: boolean
  readonly outcome: string
  readonly reasonCode: ReasonCode
  readonly reason: string
  readonly result: Json
  readonly outputs: Readonly<Partial<Record<Exclude<O, keyof typeof outcomeOutputs>, string>>>
  /** Markdown for the summary of the step. */
  readonly summary?: string
}

export interface ActionContext<I extends Inputs> {
  readonly inputs: InputValues<I>
  readonly host: ActionHost
  /** Aborted by SIGINT or SIGTERM, with a KitError `cancelled` as its reason. */
  readonly signal: AbortSignal
}

/** An action ready to run in a host. Resolves to the exit status; it throws only when the host cannot take an output. */
export type Main = (host: ActionHost) => Promise<0 | 1>

/**
 * The single funnel: reads and checks the inputs, hears signals, runs the use-case, sets outputs and summary, and
 * turns whatever is thrown into a failed step that explains itself.
 */
export const runs =
  <I extends Inputs, O extends string>(
    definition: ActionDefinition<I, O>,
    useCase: (context: ActionContext<I>) => Promise<ActionResult<O>>,
  ): Main =>
  async (host) => {
    using cancel = cancellation(host.log)
    try {
      for (const [name, spec] of Object.entries(definition.inputs)) for (const value of spec.secretsIn(host.input(name))) host.secret(value)
      const inputs = readInputs(definition.inputs, (name) => host.input(name))
      const result = await useCase({ inputs, host, signal: cancel.signal })
      setOutcome(host, result)
      for (const [name, value] of Object.entries<string | undefined>(result.outputs)) if (value !== undefined) host.output(name, value)
      if (result.summary !== undefined) await host.summary(result.summary)
      if (!result.ok) host.fail(explain(new KitError(result.reasonCode, result.reason)))
      return result.ok ? 0 : 1
    } catch (thrown) {
      const error = asKitError(thrown)
      if (error.code === 'internal-error') host.log.debug((thrown as Error).stack ?? String(thrown))
      // First the failure: it needs no file of the runner's, so it is said even when an output cannot be written.
      host.fail(explain(error))
      setOutcome(host, {
        outcome: error.code === 'cancelled' ? 'cancelled' : 'error',
        reasonCode: error.code,
        reason: error.message,
        result: null,
      })
      return 1
    }
  }

const setOutcome = (host: ActionHost, result: Pick<ActionResult<never>, 'outcome' | 'reasonCode' | 'reason' | 'result'>): void => {
  host.output('outcome', result.outcome)
  host.output('reason-code', result.reasonCode)
  host.output('reason', result.reason)
  host.output('result', JSON.stringify(result.result))
}
