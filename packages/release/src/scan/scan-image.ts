import { systemClock, type ActionHost, type ActionResult, type Clock } from '@deploy-kit/core'
import { scan, type Scanned } from '@deploy-kit/scan'
import { annotate } from './annotate.ts'
import { cacheStores } from './actions-cache.ts'
import { registryPlatforms } from './registry-platforms.ts'
import { publishScan } from './publish-scan.ts'
import type { ScanInputs, ScanOutputs } from './scan-inputs.ts'
import { scanReport } from './scan-report.ts'
import { scanRequest } from './scan-request.ts'

export type { ScanInputs, ScanOutputs } from './scan-inputs.ts'

/** What a scan touches outside; the runner's own, unless a test says otherwise. */
export interface ScanSurroundings {
  readonly clock: Clock
  readonly environment: NodeJS.ProcessEnv
}

/** Scans once and reports findings as a result: a finding is no error, and an error is no finding. */
export const scanImage = async (
  inputs: ScanInputs,
  host: ActionHost,
  signal: AbortSignal,
  { clock, environment }: ScanSurroundings = { clock: systemClock, environment: process.env },
): Promise<ActionResult<ScanOutputs>> => {
  const request = scanRequest(inputs, host)
  const scanned = await scan(request, {
    clock,
    signal,
    environment,
    temporaryDirectory: host.temporaryDirectory,
    ...(inputs.cache === true && inputs.offline !== true && cacheStores(request.cacheDirectory, host.log)),
    platformsOf: registryPlatforms(host, environment),
    onLine: (line) => host.log.debug(line),
    warn: (message) => host.log.warning(message),
  })
  tell(scanned, host)
  annotate(scanned, request, host)
  const { uploaded } = await publishScan(scanned, request.name ?? scanned.subject, inputs, { host, clock, signal, environment })
  return scanReport(scanned, inputs, uploaded)
}

/** What everybody may want to know who reads the log only. */
const tell = ({ trivy, database, files, ignores, targets }: Scanned, { log }: ActionHost): void => {
  log.info(`Trivy ${trivy.version} (${trivy.installed ? 'installed, checksum verified' : trivy.program})`)
  if (database !== undefined) log.info(`Vulnerability database of ${new Date(database.updatedAt).toISOString()} from ${database.source}`)
  const written = [...files.json, files.sarif, files.markdown, files.predicate, ...files.table, ...files.cyclonedx, ...files.spdx]
  for (const file of written) if (file !== undefined) log.info(`Written: ${file}`)
  if (targets === 0) log.warning('Trivy found nothing there that it understands: that nothing was found says little.')
  for (const { id, place } of ignores.expired) log.warning(`${id} is not ignored any more: its day is over (${place}).`)
  for (const { id, place } of ignores.unused) log.info(`${id} is ignored in vain: nothing of it was found (${place}).`)
}
