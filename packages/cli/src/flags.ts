import { Option, type Command } from 'commander'
import type { Inputs } from '@deploy-kit/core'

/** Adds a flag for each input of an action. Secrets have none: an argument vector can be read by everybody on the machine. */
export const addFlags = (command: Command, inputs: Inputs, hidden: readonly string[]): Command => {
  for (const [name, spec] of Object.entries(inputs)) {
    if (hidden.includes(name) || spec.secret) continue
    const value = spec.required ? `--${name} <${spec.kind}>` : `--${name} [${spec.kind}]`
    const option = new Option(value, spec.choices === undefined ? spec.about : `${spec.about} (${spec.choices.join(', ')})`)
    if (spec.defaultText !== undefined) option.default(spec.defaultText)
    command.addOption(option)
  }
  return command
}

/** The environment variable that holds a secret input on the command line, such as DEPLOY_KIT_TOKEN. */
export const secretVariable = (name: string): string => `DEPLOY_KIT_${name.toUpperCase().replaceAll('-', '_')}`
