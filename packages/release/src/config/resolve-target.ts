import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { KitError } from '@deploy-kit/core'
import { platformOptions, type PlatformName } from '@deploy-kit/platforms'
import type { PlatformSettings, TargetSettings } from '../deploy/settings.ts'
import { inputFault, optionsFromInputs, withPathsFrom, type PlatformInputs } from './platform-inputs.ts'
import type { EnvironmentConfig } from './schema.ts'

/** The inputs that say which workload in which place is meant. */
export interface TargetInputs extends PlatformInputs {
  readonly config: string
  readonly app: string | undefined
  readonly environment: string | undefined
  readonly platform: PlatformName | undefined
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
  const [name, options] = Object.entries(configured.platform)[0] as [PlatformName, object]
  if (inputs.platform !== undefined && inputs.platform !== name)
    throw new KitError('input-invalid', `\`platform\`: ${inputs.config} says that ${environment} is on ${name}, not on ${inputs.platform}.`)
  const directory = resolve(file, '..')
  const written = withPathsFrom(options, name, directory)
  const given = withPathsFrom(optionsFromInputs(inputs, name), name, workspace)
  const platform =
    Object.keys(given).length === 0
      ? ({ name, options: written } as PlatformSettings)
      : await platformOf(inputs, name, { ...written, ...given })
  return { target: { app: inputs.app ?? config.app, environment, platform }, configured, directory }
}

/** Inputs alone must then say everything. */
const withoutFile = async (inputs: TargetInputs, file: string, workspace: string): Promise<ResolvedTarget> => {
  if (inputs.app === undefined || inputs.platform === undefined) {
    throw new KitError('config-missing', `There is no ${file}, and the inputs \`app\` and \`platform\` do not say what to act on.`)
  }
  return {
    target: {
      app: inputs.app,
      environment: inputs.environment ?? 'default',
      platform: await platformOf(
        inputs,
        inputs.platform,
        withPathsFrom(optionsFromInputs(inputs, inputs.platform), inputs.platform, workspace),
      ),
    },
    configured: undefined,
    directory: workspace,
  }
}

/** Options with what inputs have set, checked by the platform's own schema. */
const platformOf = async (inputs: PlatformInputs, name: PlatformName, options: object): Promise<PlatformSettings> => {
  const schema = await platformOptions[name]()
  const checked = schema.safeParse(options)
  if (checked.success) return { name, options: checked.data } as PlatformSettings
  const faults = checked.error.issues.map(({ path, message }) => inputFault(inputs, name, path.join('.'), message))
  throw new KitError('input-invalid', `The platform ${name}: ${faults.join('; ')}.`)
}
