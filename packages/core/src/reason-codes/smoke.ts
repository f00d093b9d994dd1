import type { ReasonCodePages } from './reason-code.ts'

export const smokeCodes = {
  'smoke-suite-invalid': {
    title: 'A smoke suite cannot be read',
    cause: 'The file is not YAML, has an unknown key, or a value that is not allowed.',
    remedy: 'Correct the place named in the message; `deploy-kit schema smoke` prints the schema, which editors complete and check.',
  },
  'smoke-suite-missing': {
    title: 'The smoke suite is not there',
    cause: 'The file that `smoke` or `suite` names cannot be read.',
    remedy: 'Check out the repository before this step, or correct the path.',
  },
  'smoke-variable-missing': {
    title: 'A smoke suite uses a variable that was not given',
    cause: 'The suite has a `${NAME}` in a request and neither the variables nor the secrets of the run have that name.',
    remedy: 'Give the variable or the secret, or correct its name in the suite.',
  },
} as const satisfies ReasonCodePages
