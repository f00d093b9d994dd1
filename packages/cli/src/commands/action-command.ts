import { Command } from 'commander'
import type { CliAction } from '../actions.ts'
import { consoleHost } from '../console-host.ts'
import { addFlags, secretVariable } from '../flags.ts'

export interface ActionCommand {
  readonly name: string
  readonly about: string
  readonly action: CliAction
  /** Inputs that the command fixes; they have no flag. */
  readonly fixed?: Readonly<Record<string, string>>
}

/** A command that runs an action with flags for inputs. `--json` prints the action's result, and nothing else, on standard output. */
export const actionCommand = ({ name, about, action, fixed = {} }: ActionCommand, exit: (status: number) => void): Command => {
  const { inputs } = action.definition
  const command = new Command(name).description(about)
  addFlags(command, inputs, Object.keys(fixed))
  command.option('--json', 'print the result as one JSON document on standard output')
  command.option('--debug', 'say more')
  return command.action(async () => {
    const flags = command.opts<Record<string, string | boolean | undefined>>()
    const inputOf = (input: string): string => {
      if (fixed[input] !== undefined) return fixed[input]
      if (inputs[input]?.secret === true) return process.env[secretVariable(input)] ?? ''
      const value = flags[camelCase(input)]
      return value === true ? 'true' : value === undefined || value === false ? '' : value
    }
    const host = consoleHost(inputOf, { debug: flags['debug'] === true })
    const { main } = await action.load()
    const status = await main(host)
    if (flags['json'] === true) process.stdout.write(`${host.outputs.get('result') ?? 'null'}\n`)
    else if (status === 0) host.log.info(`${host.outputs.get('outcome') ?? ''}: ${host.outputs.get('reason') ?? ''}`)
    exit(status)
  })
}

/** Commander names the value of `--dry-run` dryRun. */
const camelCase = (flag: string): string => flag.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
