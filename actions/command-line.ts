import { cli, type CliActions } from '@deploy-kit/cli'
import { definitions } from './catalogue.ts'
import { mains } from './mains.ts'

/** The command line with every action as a command, whose flags are the action's inputs. */
export const commandLine = (argv: readonly string[]): Promise<number> => cli(argv, actions)

const actions: CliActions = Object.fromEntries(
  definitions.flatMap((definition) => {
    const load = mains[definition.name]?.main
    return load === undefined ? [] : [[definition.name, { definition, load }]]
  }),
)
