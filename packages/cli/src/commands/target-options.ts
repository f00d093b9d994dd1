import { Command } from 'commander'
import { openTarget, resolveTarget, type TargetContext } from '@deploy-kit/release'
import { consoleHost } from '../console-host.ts'

interface TargetFlags {
  readonly config: string
  readonly app?: string
  readonly environment?: string
  readonly platform?: 'local'
  readonly edge?: string
}

/** A command that looks at a target; the flags are those of the actions. */
export const targetCommand = (name: string, about: string): Command =>
  new Command(name)
    .description(about)
    .option('--config <path>', 'configuration of the app', 'deploy-kit.yml')
    .option('--app <text>', 'app to act on')
    .option('--environment <text>', 'environment to act on')
    .option('--platform <choice>', 'platform of the environment (local)')
    .option('--edge <text>', "address of the local platform's admin API")

/** Opens the target that the flags name. */
export const targetOf = async (command: Command): Promise<TargetContext> => {
  const host = consoleHost(() => '', { debug: false })
  const { config, app, environment, platform, edge } = command.opts<TargetFlags>()
  const { target } = await resolveTarget({ config, app, environment, platform, edge }, host.workspace)
  return openTarget(target, host, new AbortController().signal)
}
