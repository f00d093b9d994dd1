import { readFile } from 'node:fs/promises'
import { KitError, type Clock, type Logger } from '@deploy-kit/core'
import type { Gate, Target } from '@deploy-kit/rollout'
import { readSuite, run, type SmokeReport, type Suite } from '@deploy-kit/smoke'

export interface SmokeGateContext {
  readonly clock: Clock
  readonly log: Logger
  /** Hears every report, for the summary. */
  readonly reported?: (report: SmokeReport) => void
}

/**
 * Reads the suite of a release, before anything is touched. Undefined when there is none.
 * @throws KitError `smoke-suite-missing`, `smoke-suite-invalid`
 */
export const loadSuite = async (path: string | undefined): Promise<Suite | undefined> => {
  if (path === undefined) return undefined
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new KitError('smoke-suite-missing', `The smoke suite ${path} cannot be read.`, { cause: error })
  })
  return readSuite(text, path)
}

/** Runs the suite against one side of the target, before it has traffic or after. */
export const smokeGate = (suite: Suite | undefined, target: Target, context: SmokeGateContext): Gate => ({
  check: async (side, release, signal) => {
    // A plan that is carried on may ask for a suite that this attempt was not given: what is not checked is not passed.
    if (suite === undefined) return { passed: false, text: 'The plan asks for a smoke test, and this run was given no suite.' }
    const endpoint = await target.endpoint(side, signal)
    if (endpoint === undefined) return { passed: false, text: `Nothing runs as ${side}.` }
    const report = await run(suite, {
      url: endpoint.url,
      headers: endpoint.headers,
      expectedVersion: { digest: release.digest, ...(release.version !== undefined && { version: release.version }) },
      clock: context.clock,
      log: context.log,
      signal,
    })
    context.reported?.(report)
    const failed = report.checks.filter((check) => !check.passed)
    return {
      passed: report.passed,
      text: failed.map((check) => `${check.name}: ${check.failure ?? 'failed'}`).join('; ') || `${report.checks.length} checks passed`,
    }
  },
})
