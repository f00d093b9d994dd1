import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { KitError, type ActionHost, type ActionResult, type Json } from '@deploy-kit/core'
import { junitXml, run, smokeSummary, type SmokeReport, type Suite } from '@deploy-kit/smoke'
import { loadSuite } from '../deploy/smoke-gate.ts'

/** The inputs of smoke-test. */
export interface SmokeInputs {
  readonly suite: string
  readonly url: string
  readonly 'expected-version': string | undefined
  readonly headers: Readonly<Record<string, string>> | undefined
  readonly timeout: number | undefined
  readonly junit: string | undefined
}

/** Runs a suite against an address, as the step of its own that it can be. */
export const smokeTest = async (
  inputs: SmokeInputs,
  host: ActionHost,
  signal: AbortSignal,
): Promise<ActionResult<'passed' | 'failed' | 'flaky' | 'junit'>> => {
  const suite = await loadSuite(resolve(host.workspace, inputs.suite))
  if (suite === undefined) throw new KitError('input-missing', '`suite` is required.')
  const expected = inputs['expected-version']
  const report = await run(within(suite, inputs.timeout), {
    url: inputs.url,
    headers: inputs.headers ?? {},
    ...(expected !== undefined && { expectedVersion: expected.startsWith('sha256:') ? { digest: expected } : { version: expected } }),
    log: host.log,
    signal,
  })
  const junit = inputs.junit === undefined ? undefined : resolve(host.workspace, inputs.junit)
  if (junit !== undefined) {
    await mkdir(dirname(junit), { recursive: true })
    await writeFile(junit, host.redact(await junitXml(report)))
  }
  return reportOf(report, junit)
}

const within = (suite: Suite, deadlineMs: number | undefined): Suite => (deadlineMs === undefined ? suite : { ...suite, deadlineMs })

const reportOf = (report: SmokeReport, junit: string | undefined): ActionResult<'passed' | 'failed' | 'flaky' | 'junit'> => {
  const failed = report.checks.filter((check) => !check.passed)
  return {
    ok: report.passed,
    outcome: report.passed ? 'passed' : 'failed',
    reasonCode: report.passed ? 'ok' : 'smoke-failed',
    reason: report.passed
      ? `${report.checks.length} checks passed.`
      : `${failed.length} of ${report.checks.length} checks failed: ${failed.map((check) => `${check.name}: ${check.failure ?? ''}`).join('; ')}`,
    result: { version: 1, kind: 'smoke', ...(JSON.parse(JSON.stringify(report)) as Record<string, Json>) },
    outputs: {
      passed: String(report.checks.length - failed.length),
      failed: String(failed.length),
      flaky: String(report.flaky),
      ...(junit !== undefined && { junit }),
    },
    summary: smokeSummary(report),
  }
}
