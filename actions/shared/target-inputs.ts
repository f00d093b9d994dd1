import { input } from '@deploy-kit/core'

/** The platforms that can be named; each has a folder in packages/platforms. */
export const platforms = ['local'] as const

/** Which workload in which place is meant. Every action that looks at a target takes these. */
export const targetInputs = {
  config: input.path({
    default: 'deploy-kit.yml',
    about: 'Configuration of the app and its environments. Inputs override it; without the file, the inputs must say everything.',
  }),
  app: input.text({ about: 'App to act on. Needed when the configuration does not name it.' }),
  environment: input.text({ about: 'Environment to act on. Needed when the configuration has several.' }),
  platform: input.choice(platforms, { about: 'Platform of the environment. Default: what the configuration says.' }),
  edge: input.url({
    about: "Address of the local platform's admin API, as `deploy-kit serve` prints it. Default: what the configuration says.",
  }),
}

export const targetHosts = {
  'the admin address of the local platform': 'To read and change the target. On the machine of the job; nothing leaves it.',
}
