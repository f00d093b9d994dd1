import { resolve } from 'node:path'
import { definitions } from '../../actions/catalogue.ts'
import { entriesOf } from './entries.ts'
import { faultyInputs, startEntry } from './start-entry.ts'

/**
 * Starts every built entry and returns what is wrong with it. A faulty input must end main with status 1, one clean
 * error annotation and a reason code; post without a state has nothing to finish and must end well, as it does after a
 * main that never began.
 */
export const entryFaults = async (folder: string): Promise<readonly string[]> => {
  const faults: string[] = []
  for (const definition of definitions) {
    for (const { path } of entriesOf(definition)) {
      const { exitCode, stdout, stderr } = await startEntry(resolve(folder, path), faultyInputs(definition))
      const errors = stdout.split('\n').filter((line) => line.startsWith('::error'))
      const isPost = path.endsWith('post.js')
      const said = `${stdout}${stderr}`.trim()
      if (stderr !== '') faults.push(`${path} writes to standard error:\n${stderr}`)
      else if (isPost && exitCode !== 0) faults.push(`${path} ends with ${exitCode} when there is nothing to finish:\n${said}`)
      else if (!isPost && exitCode !== 1) faults.push(`${path} ends with ${exitCode} instead of 1 on a faulty input:\n${said}`)
      else if (!isPost && !(errors.length === 1 && /^::error::input-(?:missing|invalid)/.test(errors[0] ?? '')))
        faults.push(`${path} does not say in one annotation what is wrong with the input:\n${said}`)
    }
  }
  const help = await startEntry(resolve(folder, 'cli/index.js'), {})
  if (help.stdout + help.stderr === '') faults.push('cli/index.js says nothing when it is started without a command')
  return faults
}
