import { KitError } from '@deploy-kit/core'
import { compromised } from '../install/releases.ts'
import { runTrivy, type TrivyPorts } from './run-trivy.ts'

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
