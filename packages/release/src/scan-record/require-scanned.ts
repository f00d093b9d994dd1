import { resolve } from 'node:path'
import { formatDuration, KitError, systemClock, type ActionHost, type Clock } from '@deploy-kit/core'
import { shortDigest } from '@deploy-kit/rollout'
import type { ResolvedTarget } from '../config/resolve-target.ts'

/** What the inputs say about the scan that a release needs. */
export interface ScanRecordInputs {
  readonly 'scan-record': string | undefined
  readonly 'scan-max-age': number | undefined
}

const usualMaxAgeMs = 24 * 60 * 60 * 1_000

/**
 * Makes sure that what is to be released was scanned and passed, when the configuration or an input asks for it. A record
 * that is given is looked at even when nobody asks.
 * @throws KitError `scan-record-missing`, `scan-record-invalid`, `scan-of-another-digest`, `scan-too-old`, `scan-not-passed`
 */
export const requireScanned = async (
  { configured }: ResolvedTarget,
  inputs: ScanRecordInputs,
  digest: string,
  host: ActionHost,
  clock: Clock = systemClock,
): Promise<void> => {
  const maxAgeMs = inputs['scan-max-age'] ?? configured?.scan?.['max-age']
  const record = inputs['scan-record']
  if (record === undefined) {
    if (maxAgeMs === undefined) return
    throw new KitError(
      'scan-record-missing',
      `A scan of ${shortDigest(digest)} within ${formatDuration(maxAgeMs)} is asked for, and \`scan-record\` names none.`,
    )
  }
  const { requireScan } = await import('@deploy-kit/scan/predicate')
  const { scanner, metadata } = await requireScan(
    { record: resolve(host.workspace, record), digest, maxAgeMs: maxAgeMs ?? usualMaxAgeMs },
    clock,
  )
  host.log.info(`${shortDigest(digest)} passed its scan by Trivy ${scanner.version} at ${metadata.scanFinishedOn}.`)
}
