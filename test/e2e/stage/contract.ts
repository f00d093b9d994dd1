import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { readFileCommands } from '../../../packages/cli/src/runner/file-commands.ts'

/** A workflow command as the runner finds it in a log (ActionCommand.cs, TryParseV2): a line that begins with `::`. */
export interface WorkflowCommand {
  readonly name: string
  readonly data: string
}

/** The commands in a log that are ours to give; any other one came from outside and would be obeyed. */
const ours = new Set(['debug', 'notice', 'warning', 'error', 'group', 'endgroup', 'add-mask', 'stop-commands'])

export const commandsIn = (log: string): readonly WorkflowCommand[] =>
  log
    .split(/\r?\n/)
    .map((line) => /^\s*::([^\s:]+)(?: [^:]*)?::(.*)$/.exec(line))
    .filter((found) => found !== null)
    .map(([, name = '', data = '']) => ({ name, data }))

/** The command files of the steps that ran in a directory, read as strictly as the runner reads them. @throws Error */
export const commandFilesIn = (temporary: string): readonly CommandFiles[] =>
  readdirSync(temporary)
    .filter((name) => name.startsWith('step-'))
    .map((name) => join(temporary, name))
    .map((step) => ({
      outputs: readFileCommands(readFileSync(join(step, 'output'), 'utf8')),
      state: readFileCommands(readFileSync(join(step, 'state'), 'utf8')),
      summary: readFileSync(join(step, 'summary.md'), 'utf8'),
      environment: readFileSync(join(step, 'env'), 'utf8'),
      lastWrittenAt: Math.max(...['output', 'state', 'summary.md'].map((file) => statSync(join(step, file)).mtimeMs)),
    }))

export interface CommandFiles {
  readonly outputs: Readonly<Record<string, string>>
  readonly state: Readonly<Record<string, string>>
  readonly summary: string
  readonly environment: string
  /** Milliseconds since the epoch. */
  readonly lastWrittenAt: number
}

/** Checks what holds for every step, whatever it did. @throws Error what the runner would refuse, or obey by mistake */
export const checkContract = (temporary: string, log: string): void => {
  if (existsSync(temporary)) commandFilesIn(temporary)
  const foreign = commandsIn(log).find(({ name }) => !ours.has(name))
  if (foreign !== undefined) throw new Error(`the log holds a command of somebody else's, ::${foreign.name}::${foreign.data}`)
  // A line that is a command of ours already is not searched for one of the first form.
  if (log.split('\n').some((line) => !/^\s*::/.test(line) && /##\[(?!\u200B)/.test(line)))
    throw new Error('the log holds a command of the first form, ##[')
}
