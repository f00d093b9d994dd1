import { hostname, tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { consoleLogger, Redactor, type ActionHost } from '@deploy-kit/core'

export interface ConsoleHost extends ActionHost {
  /** The outputs that the action has set. */
  readonly outputs: ReadonlyMap<string, string>
}

/** A host for actions on a terminal: inputs from flags, secrets from the environment, progress on standard error. */
export const consoleHost = (inputOf: (name: string) => string, options: { readonly debug: boolean }): ConsoleHost => {
  const outputs = new Map<string, string>()
  const state = new Map<string, string>()
  const redactor = new Redactor()
  const log = consoleLogger(options)
  const user = userInfo().username
  return {
    log,
    outputs,
    // Every call is a run of its own, so two terminals never take each other's lease.
    run: { id: `cli/${user}@${hostname()}/${process.pid}`, attempt: 1, actor: user },
    input: inputOf,
    output: (name, value) => void outputs.set(name, redactor.redact(value)),
    state: { read: (key) => state.get(key) ?? '', save: (key, value) => void state.set(key, value) },
    summary: async () => undefined,
    secret: (value) => redactor.add(value),
    redact: (text) => redactor.redact(text),
    fail: (message) => log.error(message),
    temporaryDirectory: join(tmpdir(), `deploy-kit-${user}`),
    workspace: process.cwd(),
  }
}
