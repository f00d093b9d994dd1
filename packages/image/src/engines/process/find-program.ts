import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** The path of a program by an environment's PATH, without starting anything. */
export const findProgram = (name: string, env: NodeJS.ProcessEnv): string | undefined =>
  findIn(
    name,
    (env['PATH'] ?? '').split(delimiter).filter((directory) => directory !== ''),
  )

/** The path of an executable file of that name in one of the directories. */
export const findIn = (name: string, directories: readonly string[]): string | undefined =>
  directories.map((directory) => join(directory, name)).find(isExecutable)

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
