import type { ActionHost, ActionResult } from '@deploy-kit/core'
import { scanLoggedIn, type LoginInputs, type ScanInputs, type ScanRecordInputs, type Stages } from '@deploy-kit/release'

type Inputs = Pick<ScanInputs, 'image' | 'digest' | 'trivy' | 'install' | 'trivy-version' | 'fail-on' | 'ignore-unfixed' | 'ignore-files'> &
  LoginInputs & {
    readonly scan: 'required' | 'off'
    readonly 'kev-feed': string | undefined
  }

/** How the scan of the pipeline ended, and its record for the release. */
export interface ScanStage {
  readonly ended: ActionResult<never>
  readonly record: ScanRecordInputs['scan-record']
}

/** The scan of the pipeline: undefined when it is off, which is written down. */
export const scanStage = async (stages: Stages, inputs: Inputs, host: ActionHost, signal: AbortSignal): Promise<ScanStage | undefined> => {
  if (inputs.scan === 'off') {
    stages.skip('scan', '`scan: off` was asked for.')
    return undefined
  }
  const { outputs, ...result } = await stages.run('scan', () =>
    scanLoggedIn(
      { ...inputs, 'input-kind': 'auto', timeout: scanWithinMs, report: 'trivy-report.json', formats: ['sarif', 'predicate'], cache: true },
      host,
      signal,
    ),
  )
  return { ended: { ...result, outputs: {} }, record: outputs.predicate }
}

const scanWithinMs = 600_000
