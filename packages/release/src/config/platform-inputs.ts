import { resolve } from 'node:path'
import { KitError } from '@deploy-kit/core'
import type { platformOptions } from '@deploy-kit/platforms'

type PlatformName = keyof typeof platformOptions

/** The inputs that set an option of the platform. */
export interface PlatformInputs {
  readonly edge?: string | undefined
  readonly namespace?: string | undefined
  readonly workload?: string | undefined
  readonly container?: string | undefined
  readonly kubeconfig?: string | undefined
  readonly 'kube-context'?: string | undefined
  readonly manifests?: readonly string[] | undefined
}

interface Given {
  readonly platform: PlatformName
  readonly input: string
  readonly option: string
  readonly value: string | readonly string[] | undefined
}

const givenBy = (inputs: PlatformInputs): readonly Given[] => [
  { platform: 'local', input: 'edge', option: 'admin', value: inputs.edge },
  { platform: 'kubernetes', input: 'namespace', option: 'namespace', value: inputs.namespace },
  { platform: 'kubernetes', input: 'workload', option: 'workload', value: inputs.workload },
  { platform: 'kubernetes', input: 'container', option: 'container', value: inputs.container },
  { platform: 'kubernetes', input: 'kubeconfig', option: 'kubeconfig', value: inputs.kubeconfig },
  { platform: 'kubernetes', input: 'kube-context', option: 'context', value: inputs['kube-context'] },
  { platform: 'kubernetes', input: 'manifests', option: 'manifests', value: given(inputs.manifests) },
]

/** A list without entries is one that nobody gave. */
const given = (values: readonly string[] | undefined): readonly string[] | undefined => (values?.length === 0 ? undefined : values)

/** Options that are paths, which start from the file or the workspace that they stand in; `-` is standard input. */
const pathOptions: Readonly<Record<PlatformName, readonly string[]>> = { kubernetes: ['manifests'], local: [] }

/** Options with their paths made absolute: `post` and other runs start elsewhere. */
export const withPathsFrom = <O extends object>(options: O, platform: PlatformName, directory: string): O => {
  const from = (path: unknown): unknown => (typeof path === 'string' && path !== '-' ? resolve(directory, path) : path)
  // A chart may be the name of one in a repository; a path begins with a dot.
  const chart = (value: unknown): unknown => (typeof value === 'string' && value.startsWith('.') ? resolve(directory, value) : value)
  const found = Object.entries(options).map(([option, value]): [string, unknown] => {
    if (platform === 'kubernetes' && option === 'helm' && typeof value === 'object' && value !== null && 'chart' in value)
      return [option, { ...value, chart: chart(value.chart) }]
    if (!pathOptions[platform].includes(option)) return [option, value]
    return [option, Array.isArray(value) ? value.map(from) : from(value)]
  })
  return Object.fromEntries(found) as O
}

/**
 * The options of a platform that inputs set.
 * @throws KitError `input-invalid` for an input that is for another platform: it would be ignored in silence
 */
export const optionsFromInputs = (inputs: PlatformInputs, platform: PlatformName): Readonly<Record<string, string | readonly string[]>> => {
  const options: Record<string, string | readonly string[]> = {}
  for (const { platform: meant, input, option, value } of givenBy(inputs)) {
    if (value === undefined) continue
    if (meant !== platform)
      throw new KitError(
        'input-invalid',
        `\`${input}\`: \`${String(value)}\` is for the platform ${meant}, and this environment is on ${platform}.`,
        {
          remedy: `Leave \`${input}\` out.`,
        },
      )
    options[option] = value
  }
  return options
}

/** A fault of an option, told as one of the input that sets it. */
export const inputFault = (inputs: PlatformInputs, platform: PlatformName, option: string, message: string): string => {
  const found = givenBy(inputs).find((each) => each.platform === platform && each.option === option)
  if (found === undefined) return `${option}: ${message}`
  return found.value === undefined
    ? `\`${found.input}\` ${message}`
    : `\`${found.input}\`: \`${String(found.value)}\` is not allowed; ${message}`
}
