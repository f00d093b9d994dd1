import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { systemClock, type ActionHost, type ActionResult } from '@deploy-kit/core'
import { nameOf, parseReference } from '@deploy-kit/image'
import { loginsOf, type LoginInputs } from '../registry/logins.ts'
import { openWorkplace } from '../registry/workplace.ts'
import type { ScanInputs, ScanOutputs } from './scan-inputs.ts'
import { scanImage } from './scan-image.ts'

/** A scan that is logged in to the registry of its image, when its inputs say how; what is there otherwise is used as it is. */
export const scanLoggedIn = async (
  inputs: ScanInputs & LoginInputs,
  host: ActionHost,
  signal: AbortSignal,
): Promise<ActionResult<ScanOutputs>> => {
  if (existsSync(resolve(host.workspace, inputs.image))) return scanImage(inputs, host, signal)
  const logins = loginsOf(inputs, [nameOf(parseReference(inputs.image))])
  if (logins.length === 0) return scanImage(inputs, host, signal)
  await using workplace = await openWorkplace(host, logins, signal)
  return await scanImage(inputs, host, signal, { clock: systemClock, environment: workplace.environment })
}
