import { input } from '@deploy-kit/core'

export const severities = ['unknown', 'low', 'medium', 'high', 'critical'] as const

/** What of a scan fails the step. */
export const scanGateInputs = {
  'fail-on': input.list(severities, { default: ['high', 'critical'], about: 'Severities that fail the step.' }),
  'ignore-unfixed': input.boolean({
    default: false,
    about: 'Whether findings that nobody has fixed yet are let through. They are still counted and reported.',
  }),
}

/** Which Trivy does it. */
export const trivyInputs = {
  trivy: input.path({
    about: 'The trivy program. Default: the one on PATH. Without one the step fails: a scan that did not run is no pass.',
  }),
}
