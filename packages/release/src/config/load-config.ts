import { readFile } from 'node:fs/promises'
import { KitError } from '@deploy-kit/core'
import { readYaml } from '@deploy-kit/core/yaml'
import { configSchema, type Config } from './schema.ts'

/**
 * Reads and checks deploy-kit.yml.
 * @throws KitError `config-missing`; `config-invalid` with file, line and column of the first fault and a line for each other
 */
export const loadConfig = async (file: string): Promise<Config> => {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new KitError('config-missing', `${file} cannot be read.`, { cause: error })
  })
  return readYaml(text, file, configSchema, 'config-invalid')
}
