import type { ActionDefinition, Main } from '@deploy-kit/core'

/** An action as the command line needs it: its definition, whose inputs become flags, and its main, loaded when it runs. */
export interface CliAction {
  readonly definition: ActionDefinition
  readonly load: () => Promise<{ readonly main: Main }>
}

/** The actions that commands are made of, by name. They are handed in, so that the command line needs none of them to start. */
export type CliActions = Readonly<Record<string, CliAction>>
