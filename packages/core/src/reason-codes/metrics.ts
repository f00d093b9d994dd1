import type { ReasonCodePages } from './reason-code.ts'

export const metricsCodes = {
  'metrics-unauthorised': {
    title: 'The metric source refused the credentials',
    cause: 'The source answered with 401 or 403: the credential is missing, wrong, expired, or may not read metrics.',
    remedy: 'Give the step the environment variable that the configuration names, with a credential that may read metrics.',
  },
  'metrics-empty': {
    title: 'The metric query selects nothing',
    cause: 'The source answers, and has no data of the stable side for the query. A canary judged by it would never be heard.',
    remedy: 'Correct the query or its labels. A counter that appears with the first request needs one before the release.',
  },
  'metrics-query-invalid': {
    title: 'The metric query cannot be judged by',
    cause:
      'The source refused the query, or its answer is not of the shape that was asked for: counts of both sides, a histogram, or one number a side.',
    remedy: 'Correct the query as the message says; docs/metric-sources.md has an example for each source.',
  },
  'secret-missing': {
    title: 'A secret that the configuration names is not there',
    cause: 'The configuration names an environment variable for a secret, and the step does not have it.',
    remedy: 'Set the environment variable on the step: `env: { NAME: ${{ secrets.NAME }} }`.',
  },
} as const satisfies ReasonCodePages
