import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { delimiter, join, resolve } from 'node:path'
import { KitError } from '@deploy-kit/core'

/**
 * The trivy program: the one given, else the first on the search path.
 * @throws KitError `trivy-missing`
 */
export const findTrivy = async (given: string | undefined, searchPath: string | undefined): Promise<string> => {
  if (given !== undefined) {
    if (await isProgram(given)) return resolve(given)
    throw new KitError('trivy-missing', `\`${given}\` is not a program that can be started.`)
  }
  const name = process.platform === 'win32' ? 'trivy.exe' : 'trivy'
  // An empty part of PATH means the current directory, which may be a checkout that brings a trivy of its own.
  const directories = (searchPath ?? '').split(delimiter).filter((directory) => directory !== '')
  for (const directory of directories) {
    const candidate = join(directory, name)
    if (await isProgram(candidate)) return candidate
  }
  throw new KitError(
    'trivy-missing',
    `There is no \`${name}\` in any of the ${directories.length} directories of PATH, and \`trivy\` names none.`,
  )
}

const isProgram = async (path: string): Promise<boolean> => {
  try {
    await access(path, constants.X_OK)
    return (await stat(path)).isFile()
  } catch {
    return false
  }
}
