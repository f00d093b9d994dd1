import { getExecOutput } from '@actions/exec'
import { KitError, messageOf } from '../errors.ts'

/**
 * The trimmed standard output of a short question to a tool, such as `git rev-parse HEAD`. For work that may hang or
 * must end with the job, use supervise: @actions/exec knows neither deadline nor abort.
 * @throws KitError `tool-missing` or `tool-failed`
 */
export const ask = async (tool: string, argv: readonly string[], options: { readonly cwd?: string } = {}): Promise<string> => {
  // Quoted, because @actions/exec splits the tool at spaces.
  const answer = await getExecOutput(`"${tool}"`, [...argv], { silent: true, ignoreReturnCode: true, ...options }).catch(
    (error: unknown) => {
      throw new KitError('tool-missing', `\`${tool}\` could not be started: ${messageOf(error)}`, { cause: error })
    },
  )
  if (answer.exitCode !== 0) {
    throw new KitError(
      'tool-failed',
      `\`${tool} ${argv.join(' ')}\` ended with status ${answer.exitCode}: ${lastLines(answer.stderr || answer.stdout)}`,
    )
  }
  return answer.stdout.trim()
}

/** The end of an output, where tools say what went wrong. */
export const lastLines = (output: string, count = 5): string => output.trim().split(/\r?\n/).slice(-count).join('\n')
