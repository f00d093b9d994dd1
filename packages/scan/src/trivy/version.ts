import { KitError } from '@deploy-kit/core'
import { runTrivy, type TrivyPorts } from './run-trivy.ts'

/** Published by an attacker on 19 March 2026 (GHSA-69fq-xp46-6x23), and later as images of the same numbers. */
const compromised = new Set(['0.69.4', '0.69.5', '0.69.6'])

const versionDeadlineMs = 30_000

/**
 * The version that a trivy says it is, such as `0.73.0`.
 * @throws KitError `trivy-refused` for a compromised one, `trivy-failed` when it says nothing of the kind
 */
export const askVersion = async (program: string, ports: TrivyPorts): Promise<string> => {
  const { stdout } = await runTrivy(program, ['--version'], versionDeadlineMs, ports)
  const version = /^Version:\s*v?(\S+)/m.exec(stdout)?.[1]
  if (version === undefined) throw new KitError('trivy-failed', `\`${program}\` does not say which version of Trivy it is.`)
  if (compromised.has(version.split(/[+-]/)[0] ?? '')) throw new KitError('trivy-refused', `\`${program}\` is Trivy ${version}.`)
  return version
}
