import type { ScanStage } from './result.ts'
import type { Stage } from './stage.ts'

/** Scans an image with the real action, or says plainly that there is no Trivy here: a scan that did not run is no pass. */
export const scanVersion = async (stage: Stage, directory: string): Promise<ScanStage> => {
  const { exitCode, outputs } = await stage.start('scan-trivy', 'scan', {
    image: directory,
    report: `${stage.directory}/trivy-report.json`,
  }).ended
  const reason = outputs['reason'] ?? ''
  if (outputs['reason-code'] === 'trivy-missing')
    return { status: 'not-run', text: 'There is no Trivy on this machine. In an action this is an error, never a pass.' }
  return { status: exitCode === 0 ? 'passed' : 'failed', text: reason }
}
