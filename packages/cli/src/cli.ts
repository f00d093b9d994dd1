import { Command, CommanderError } from 'commander'
import { asKitError, consoleLogger, explain } from '@deploy-kit/core'
import type { CliActions } from './actions.ts'
import { actionCommand } from './commands/action-command.ts'

/** Exit statuses, documented in docs/command-line.md. */
export const exitStatus = { done: 0, failed: 1, usage: 2 } as const

/** Runs the command line and resolves to its exit status. */
export const cli = async (argv: readonly string[], actions: CliActions): Promise<number> => {
  // Whoever reads our output may stop reading, as `| head` does. A release goes on all the same.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', (error: NodeJS.ErrnoException) => ignoreClosedPipe(error))
  let status: number = exitStatus.done
  const exit = (code: number): void => {
    status = code
  }
  const program = new Command('deploy-kit')
    .description('Releases progressively, judges with statistics whose error rate is stated, and comes back by itself.')
    .version('0.1.0', '-V', 'print the version of deploy-kit')
    .exitOverride()
    .showHelpAfterError('(see --help)')
    .configureHelp({ showGlobalOptions: true })

  const add = (name: string, action: string, about: string, fixed: Readonly<Record<string, string>> = {}): void => {
    const found = actions[action]
    if (found === undefined) throw new Error(`there is no action ${action}`)
    program.addCommand(actionCommand({ name, about, action: found, fixed }, exit))
  }
  add('build', 'build-image', 'build an image')
  add('scan', 'scan-trivy', 'scan an image with Trivy')
  add('plan', 'deploy-canary', 'show what a deployment would do, and touch nothing', { 'dry-run': 'true' })
  add('deploy', 'deploy-canary', 'release an image step by step')
  add('smoke', 'smoke-test', 'run a smoke suite')
  add('releases', 'auto-rollback', 'list the releases one can return to', { mode: 'list' })
  add('rollback', 'auto-rollback', 'return to a verified release', { mode: 'execute' })
  add('reconcile', 'auto-rollback', 'bring home what a dead run left behind', { mode: 'reconcile' })
  const { statusCommand } = await import('./commands/status.ts')
  const { serveCommand } = await import('./commands/serve.ts')
  const { doctorCommand } = await import('./commands/doctor.ts')
  const { roleCommand } = await import('./commands/role.ts')
  const { approveCommands } = await import('./commands/approve.ts')
  const { schemaCommand } = await import('./commands/schema.ts')
  const { judgeCommand } = await import('./commands/judge.ts')
  const { rehearseCommand } = await import('./commands/rehearse.ts')
  for (const command of [
    statusCommand(),
    doctorCommand(exit),
    roleCommand(),
    ...approveCommands(),
    serveCommand(),
    rehearseCommand(exit),
    judgeCommand(),
    schemaCommand(),
  ])
    program.addCommand(command)
  // Commander throws for help and for wrong usage alike; every command must do so, not only the program.
  for (const command of program.commands) command.exitOverride()
  try {
    await program.parseAsync(argv, { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitStatus.done : exitStatus.usage
    consoleLogger().error(explain(asKitError(error)))
    return exitStatus.failed
  }
  return status
}

const ignoreClosedPipe = (error: NodeJS.ErrnoException): void => {
  if (error.code !== 'EPIPE') throw error
}
