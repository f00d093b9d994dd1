import { Command } from 'commander'
import {
  openTarget,
  resolveSettings,
  resolveTarget,
  type DeploySettings,
  type ResolvedTarget,
  type RolloutInputs,
  type TargetContext,
} from '@deploy-kit/release'
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
export const targetOf = async (command: Command): Promise<TargetContext> => (await opened(command)).context

/** The same, and how a release would be carried out there. */
export const settingsOf = async (command: Command): Promise<{ readonly settings: DeploySettings; readonly context: TargetContext }> => {
  const { resolved, context, workspace } = await opened(command)
  return { settings: resolveSettings(asConfigured, resolved, workspace), context }
}

const opened = async (
  command: Command,
): Promise<{ readonly resolved: ResolvedTarget; readonly context: TargetContext; readonly workspace: string }> => {
  const host = consoleHost(() => '', { debug: false })
  const { config, app, environment, platform, edge } = command.opts<TargetFlags>()
  const resolved = await resolveTarget({ config, app, environment, platform, edge }, host.workspace)
  return { resolved, context: await openTarget(resolved.target, host, new AbortController().signal), workspace: host.workspace }
}

/** No input says anything: the configuration and the defaults do. */
const asConfigured: RolloutInputs = {
  strategy: undefined,
  steps: undefined,
  'bake-min': undefined,
  'bake-max': undefined,
  'on-insufficient': undefined,
  'false-rollbacks': undefined,
  watch: undefined,
  smoke: undefined,
  deadline: undefined,
  'on-cancel': undefined,
  'freeze-for': 0,
  'on-newer': 'refuse',
  'lease-ttl': 120_000,
  poll: undefined,
}
