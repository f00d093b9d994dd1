import type { ReasonCodePages } from './reason-code.ts'

export const configCodes = {
  'config-missing': {
    title: 'There is no configuration to go by',
    cause: 'The file named by `config` is not there, and the inputs do not say what to act on.',
    remedy: 'Check out the repository before this step, correct `config`, or give `app` and `platform` as inputs.',
  },
  'config-invalid': {
    title: 'The configuration has a fault',
    cause: 'deploy-kit.yml is not YAML, has an unknown key, or a value that is not allowed.',
    remedy: 'Correct the line named in the message; editors check the file against schema/deploy-kit.schema.json.',
  },
  'environment-unknown': {
    title: 'The configuration has no such environment',
    cause: 'The name given by `environment` is not among `environments` of the configuration.',
    remedy: 'Use one of the names in the message, or add the environment to the configuration.',
  },
  'order-violated': {
    title: 'The release was not good in the environment before',
    cause: '`after` names an environment in which this digest must have been promoted and verified first.',
    remedy: 'Release the same digest there first.',
  },
} as const satisfies ReasonCodePages
