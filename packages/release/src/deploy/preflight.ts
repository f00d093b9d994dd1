import { KitError, type Logger } from '@deploy-kit/core'
import type { Finding, Plan, Platform } from '@deploy-kit/rollout'

/**
 * Looks at the target before anything is touched, and says what was found.
 * @throws KitError the first error that was found, with the others in its message
 */
export const preflight = async (
  plan: Plan,
  { preflight: look }: Platform,
  log: Logger,
  signal: AbortSignal,
): Promise<readonly Finding[]> => {
  const findings = (await look?.(plan, signal)) ?? []
  for (const finding of findings.filter(({ severity }) => severity === 'warning')) log.warning(told(finding))
  for (const finding of findings.filter(({ severity }) => severity === 'advice')) log.info(`advice: ${told(finding)}`)
  const [first, ...others] = findings.filter(({ severity }) => severity === 'error')
  if (first === undefined) return findings
  if (others.length === 0) throw new KitError(first.code, first.message, first.remedy === undefined ? {} : { remedy: first.remedy })
  const all = [first, ...others].map((finding) => `\n  - ${told(finding)}`).join('')
  throw new KitError('preflight-failed', `${others.length + 1} things stand against this release:${all}`)
}

const told = ({ message, remedy }: Finding): string => (remedy === undefined ? message : `${message} ${remedy}`)
