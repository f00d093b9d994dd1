import type { ActionResult, Json } from '@deploy-kit/core'
import { describeChange, describeFinding, scanSummary, type Scanned } from '@deploy-kit/scan'
import { predicateType } from '@deploy-kit/scan/predicate'
import type { ScanInputs, ScanOutputs } from './scan-inputs.ts'

/** Findings that the JSON result has: outputs are limited to 1 MB, and the report has them all. */
const listed = 50

/** A scan as the result of an action. */
export const scanReport = (scanned: Scanned, inputs: ScanInputs, uploaded: boolean): ActionResult<ScanOutputs> => {
  const passed = scanned.result === 'pass'
  const { comparison, database, files } = scanned
  return {
    ok: passed,
    outcome: passed ? 'passed' : 'failed',
    reasonCode: scanned.reasonCode,
    reason: passed ? `${scanned.subject} has no finding that fails.` : failureOf(scanned),
    result: resultOf(scanned),
    outputs: {
      verdict: scanned.result,
      counts: JSON.stringify(scanned.counts),
      failing: String(scanned.failing.length),
      'new-count': comparison === undefined ? '' : String(comparison.newByImage.length),
      'fixed-count': comparison === undefined ? '' : String(comparison.fixed.length),
      'suppressed-count': String(scanned.suppressed.length),
      report: files.json[0] ?? '',
      sarif: files.sarif ?? '',
      sbom: files.cyclonedx[0] ?? files.spdx[0] ?? '',
      markdown: files.markdown ?? '',
      table: files.table[0] ?? '',
      predicate: files.predicate ?? '',
      'predicate-type': predicateType,
      'trivy-version': scanned.trivy.version,
      'database-age': database === undefined ? '' : (database.ageMs / 3_600_000).toFixed(1),
      'database-updated-at': database === undefined ? '' : new Date(database.updatedAt).toISOString(),
      'database-source': database?.source ?? '',
      uploaded: String(uploaded),
    },
    summary: scanSummary(scanned, inputs['report-severity']),
  }
}

/** What fails, and the one change that clears most of it. */
const failureOf = ({ subject, failing, advice: [best] }: Scanned): string => {
  const worst = failing.slice(0, 3).map(describeFinding).join('; ')
  const count = failing.length === 1 ? '1 finding fails' : `${failing.length} findings fail`
  return `${count} ${subject}: ${worst}${failing.length > 3 ? '; …' : ''}${best === undefined ? '' : `. Most helps: ${describeChange(best)}`}`
}

const resultOf = (scanned: Scanned): Json => {
  const { findings, suppressed, comparison, failing, files, places: _places, ...rest } = scanned
  return asJson({
    version: 1,
    kind: 'scan',
    ...rest,
    failing: failing.slice(0, listed),
    found: findings.length,
    suppressed: suppressed.length,
    comparison:
      comparison === undefined
        ? null
        : {
            baseline: comparison.baseline,
            kind: comparison.kind,
            newByImage: comparison.newByImage.length,
            newByDatabase: comparison.newByDatabase.length,
            known: comparison.known.length,
            fixed: comparison.fixed.length,
          },
    files: Object.values(files).flat(),
  })
}

/** Without what is undefined, which JSON has no word for. */
const asJson = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json
