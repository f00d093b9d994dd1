import type { ScanStage } from './result.ts'
import type { Stage } from './stage.ts'

/** What is no verdict on an image, in words for a rehearsal: a scan that did not run is no pass. */
const notRun: Readonly<Record<string, string>> = {
  'trivy-missing': 'There is no Trivy on this machine. In an action this is an error, never a pass.',
  'trivy-database-unavailable':
    'There is a Trivy, and no vulnerability database could be had. In an action this is an error, never a pass.',
}

/**
 * Scans an image with the real action, where there is a Trivy: nothing is installed for a rehearsal. A database in
 * TRIVY_CACHE_DIR is taken as it is; without one a mirror is asked.
 */
export const scanVersion = async (stage: Stage, directory: string): Promise<ScanStage> => {
  const cache = process.env['TRIVY_CACHE_DIR']
  const { exitCode, outputs } = await stage.start('scan-trivy', 'scan', {
    image: directory,
    report: `${stage.directory}/trivy-report.json`,
    install: 'never',
    cache: 'false',
    timeout: '30s',
    ...(cache !== undefined && { 'cache-directory': cache, offline: 'true' }),
  }).ended
  const text = notRun[outputs['reason-code'] ?? '']
  if (text !== undefined) return { status: 'not-run', text }
  return { status: exitCode === 0 ? 'passed' : 'failed', text: outputs['reason'] ?? '' }
}
