import { KitError } from '../errors.ts'
import type { Logger } from '../log/logger.ts'

/** The runner sends SIGINT, after 7.5 s SIGTERM, and after 2.5 s more it kills the process tree. */
const signals = ['SIGINT', 'SIGTERM'] as const

/** An AbortSignal that SIGINT and SIGTERM abort. Later signals change nothing: the abort is already under way. */
export const cancellation = (log: Logger): Disposable & { readonly signal: AbortSignal } => {
  const controller = new AbortController()
  const onSignal = (name: NodeJS.Signals): void => {
    if (controller.signal.aborted) return
    log.warning(`${name} received: returning to the safe side`)
    controller.abort(new KitError('cancelled', `The run was cancelled by ${name}.`))
  }
  for (const name of signals) process.on(name, onSignal)
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      for (const name of signals) process.off(name, onSignal)
    },
  }
}
