import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { systemClock, type ActionHost, type ActionResult, type Json } from '@deploy-kit/core'
import { describeFinding, scan, scanSummary, type Scanned, type Severity, type Subject } from '@deploy-kit/scan'

/** The inputs of scan-trivy. */
export interface ScanInputs {
  readonly image: string
  readonly digest: string | undefined
  readonly 'input-kind': 'auto' | 'image' | 'layout' | 'filesystem'
  readonly trivy: string | undefined
  readonly 'fail-on': readonly Severity[]
  readonly 'ignore-unfixed': boolean
  readonly timeout: number
  readonly report: string
}

export type ScanOutputs = 'counts' | 'failing' | 'report' | 'trivy-version' | 'database-age'

/** Scans once and reports findings as a result: a finding is no error, and an error is no finding. */
export const scanImage = async (inputs: ScanInputs, host: ActionHost, signal: AbortSignal): Promise<ActionResult<ScanOutputs>> => {
  const scanned = await scan(
    {
      subject: subjectOf(inputs, host.workspace),
      ...(inputs.trivy !== undefined && { trivy: inputs.trivy }),
      failOn: inputs['fail-on'],
      ignoreUnfixed: inputs['ignore-unfixed'],
      timeoutMs: inputs.timeout,
      report: resolve(host.workspace, inputs.report),
      cacheDirectory: join(host.temporaryDirectory, 'trivy-cache'),
    },
    {
      clock: systemClock,
      signal,
      environment: process.env,
      temporaryDirectory: host.temporaryDirectory,
      echo: (text) => host.log.debug(text),
    },
  )
  for (const finding of scanned.failing.slice(0, 10)) host.log.info(describeFinding(finding))
  return reportOf(scanned)
}

const subjectOf = (inputs: ScanInputs, workspace: string): Subject => {
  const path = resolve(workspace, inputs.image)
  const isLayout = existsSync(join(path, 'oci-layout'))
  const kind = inputs['input-kind'] === 'auto' ? (isLayout ? 'layout' : existsSync(path) ? 'filesystem' : 'image') : inputs['input-kind']
  const digest = inputs.digest === undefined ? {} : { digest: inputs.digest }
  switch (kind) {
    case 'layout':
      return { kind, directory: path, ...digest }
    case 'filesystem':
      return { kind, directory: path }
    case 'image':
      return {
        kind,
        reference: inputs.digest === undefined || inputs.image.includes('@') ? inputs.image : `${inputs.image}@${inputs.digest}`,
      }
  }
}

const reportOf = (scanned: Scanned): ActionResult<ScanOutputs> => {
  const passed = scanned.result === 'pass'
  const worst = scanned.failing.slice(0, 3).map(describeFinding).join('; ')
  return {
    ok: passed,
    outcome: passed ? 'passed' : 'failed',
    reasonCode: scanned.reasonCode,
    reason: passed
      ? `${scanned.subject} has no finding that fails.`
      : `${scanned.failing.length} findings fail ${scanned.subject}: ${worst}`,
    result: {
      version: 1,
      kind: 'scan',
      ...(JSON.parse(JSON.stringify({ ...scanned, failing: scanned.failing.slice(0, 50) })) as Record<string, Json>),
    },
    outputs: {
      counts: JSON.stringify(scanned.counts),
      failing: String(scanned.failing.length),
      report: scanned.report ?? '',
      'trivy-version': scanned.trivy.version,
      'database-age': scanned.database === undefined ? '' : (scanned.database.ageMs / 3_600_000).toFixed(1),
    },
    summary: scanSummary(scanned),
  }
}
