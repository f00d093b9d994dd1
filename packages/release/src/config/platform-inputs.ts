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
}

interface Given {
  readonly platform: PlatformName
  readonly input: string
  readonly option: string
  readonly value: string | undefined
}

const givenBy = (inputs: PlatformInputs): readonly Given[] => [
  { platform: 'local', input: 'edge', option: 'admin', value: inputs.edge },
  { platform: 'kubernetes', input: 'namespace', option: 'namespace', value: inputs.namespace },
  { platform: 'kubernetes', input: 'workload', option: 'workload', value: inputs.workload },
  { platform: 'kubernetes', input: 'container', option: 'container', value: inputs.container },
  { platform: 'kubernetes', input: 'kubeconfig', option: 'kubeconfig', value: inputs.kubeconfig },
  { platform: 'kubernetes', input: 'kube-context', option: 'context', value: inputs['kube-context'] },
]

/**
 * The options of a platform that inputs set.
 * @throws KitError `input-invalid` for an input that is for another platform: it would be ignored in silence
 */
export const optionsFromInputs = (inputs: PlatformInputs, platform: PlatformName): Readonly<Record<string, string>> => {
  const options: Record<string, string> = {}
  for (const { platform: meant, input, option, value } of givenBy(inputs)) {
    if (value === undefined) continue
    if (meant !== platform)
      throw new KitError(
        'input-invalid',
        `\`${input}\`: \`${value}\` is for the platform ${meant}, and this environment is on ${platform}.`,
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
  const given = givenBy(inputs).find((each) => each.platform === platform && each.option === option)
  if (given === undefined) return `${option}: ${message}`
  return given.value === undefined ? `\`${given.input}\` ${message}` : `\`${given.input}\`: \`${given.value}\` is not allowed; ${message}`
}
