import type { ActionHost, ActionResult } from '@deploy-kit/core'
import { scanImage, type ScanInputs, type Stages } from '@deploy-kit/release'

type Inputs = Pick<ScanInputs, 'image' | 'digest' | 'trivy' | 'fail-on' | 'ignore-unfixed'> & { readonly scan: 'required' | 'off' }

/** The scan of the pipeline: undefined when it is off, which is written down. */
export const scanStage = async (
  stages: Stages,
  inputs: Inputs,
  host: ActionHost,
  signal: AbortSignal,
): Promise<ActionResult<never> | undefined> => {
  if (inputs.scan === 'off') {
    stages.skip('scan', '`scan: off` was asked for.')
    return undefined
  }
  const { outputs: _outputs, ...result } = await stages.run('scan', () =>
    scanImage({ ...inputs, 'input-kind': 'auto', timeout: scanWithinMs, report: 'trivy-report.json' }, host, signal),
  )
  return { ...result, outputs: {} }
}

const scanWithinMs = 600_000
