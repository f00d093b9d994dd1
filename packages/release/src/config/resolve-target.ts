import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { KitError } from '@deploy-kit/core'
import { platformOptions } from '@deploy-kit/platforms'
import type { TargetSettings } from '../deploy/settings.ts'
import type { EnvironmentConfig } from './schema.ts'

/** The inputs that say which workload in which place is meant. */
export interface TargetInputs {
  readonly config: string
  readonly app: string | undefined
  readonly environment: string | undefined
  readonly platform: 'local' | undefined
  readonly edge: string | undefined
}

/** A target, and what the configuration file says about its environment, where there is one. */
export interface ResolvedTarget {
  readonly target: TargetSettings
  readonly configured: EnvironmentConfig | undefined
  /** Directory that paths in the configuration start from. */
  readonly directory: string
}

/**
 * Which target is meant: inputs first, then the configuration file.
 * @throws KitError `config-missing`, `config-invalid`, `input-missing`, `environment-unknown`
 */
export const resolveTarget = async (inputs: TargetInputs, workspace: string): Promise<ResolvedTarget> => {
  const file = resolve(workspace, inputs.config)
  if (!existsSync(file)) return await withoutFile(inputs, file, workspace)
  // The schema library is only loaded where there is a file to check.
  const { loadConfig } = await import('./load-config.ts')
  const config = await loadConfig(file)
  const names = Object.keys(config.environments)
  const environment = inputs.environment ?? (names.length === 1 ? names[0] : undefined)
  if (environment === undefined)
    throw new KitError('input-missing', `\`environment\` is required: ${inputs.config} has ${names.join(', ')}.`)
  const configured = config.environments[environment]
  if (configured === undefined) {
    throw new KitError('environment-unknown', `\`environment\`: ${inputs.config} has no \`${environment}\`. Allowed: ${names.join(', ')}.`)
  }
  const options = { ...configured.platform.local, ...(inputs.edge !== undefined && { admin: inputs.edge }) }
  return {
    target: { app: inputs.app ?? config.app, environment, platform: { name: 'local', options } },
    configured,
    directory: resolve(file, '..'),
  }
}

/** Inputs alone must then say everything. */
const withoutFile = async (inputs: TargetInputs, file: string, workspace: string): Promise<ResolvedTarget> => {
  if (inputs.app === undefined || inputs.platform === undefined) {
    throw new KitError('config-missing', `There is no ${file}, and the inputs \`app\` and \`platform\` do not say what to act on.`)
  }
  const schema = await platformOptions[inputs.platform]()
  const options = schema.safeParse(inputs.edge === undefined ? {} : { admin: inputs.edge })
  if (!options.success)
    throw new KitError('input-invalid', `\`edge\`: \`${inputs.edge}\` is not the address of an admin API, such as http://127.0.0.1:7070.`)
  return {
    target: { app: inputs.app, environment: inputs.environment ?? 'default', platform: { name: inputs.platform, options: options.data } },
    configured: undefined,
    directory: workspace,
  }
}
