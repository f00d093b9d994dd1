import { formatDuration, KitError, Redactor, silentLogger, systemClock, type Clock, type Logger } from '@deploy-kit/core'
import type { ExpectedVersion } from '../expect/version.ts'
import type { CheckReport, SmokeReport } from '../report/report.ts'
import { fill } from '../suite/fill.ts'
import type { Check, Suite, VersionQuestion } from '../suite/suite.ts'
import { runCheck, type CheckRun } from './check.ts'

export interface SmokeOptions {
  /** Address of the version under test; its path is put before the paths of the checks. */
  readonly url: string
  /** Headers that route a request to the side under test. They win over the suite's. */
  readonly headers?: Readonly<Record<string, string>>
  /** Needed when the suite has `expect-version`. */
  readonly expectedVersion?: ExpectedVersion
  /** Values for `${NAME}` in requests. */
  readonly variables?: Readonly<Record<string, string>>
  /** Values for `${NAME}` that must not be shown anywhere. */
  readonly secrets?: Readonly<Record<string, string>>
  readonly clock?: Clock
  readonly signal?: AbortSignal
  readonly log?: Logger
}

/**
 * Runs a suite, check after check. A check that fails is in the report, not an error; the others are still run.
 *
 * @throws KitError `input-invalid` for an address that is none or a suite that asks for a version when none is given;
 * `smoke-variable-missing`, both before anything is sent; the signal's reason when it is aborted
 */
export const run = async (suite: Suite, options: SmokeOptions): Promise<SmokeReport> => {
  const { clock = systemClock, log = silentLogger, signal = new AbortController().signal } = options
  const filled = fill(suite, { ...options.variables, ...options.secrets })
  const version = versionUnderTest(suite, options.expectedVersion)
  const redactor = redactorFor(Object.values(options.secrets ?? {}))
  const startedAt = clock.now()
  const common: CheckRun = {
    aim: { url: httpAddress(options.url), common: filled.headers, routing: options.headers ?? {} },
    consecutive: suite.consecutive,
    timeoutMs: suite.timeoutMs,
    deadlineAt: startedAt + suite.deadlineMs,
    clock,
    signal,
    redact: (text) => redactor.redact(text),
  }
  const checks: CheckReport[] = []
  for (const { check, asksVersion } of withVersionCheck(filled.checks, version?.question)) {
    signal.throwIfAborted()
    const report = await runCheck(check, asksVersion && version !== undefined ? { ...common, version } : common)
    checks.push(report)
    log.info(line(report))
  }
  return {
    suite: suite.name,
    passed: checks.every(({ passed }) => passed),
    checks,
    startedAt,
    durationMs: clock.now() - startedAt,
    flaky: checks.filter(({ flaky }) => flaky).length,
  }
}

/** A version that has a path of its own is a check of its own, and the first: what another version answers tells nothing. */
const withVersionCheck = (checks: readonly Check[], question: VersionQuestion | undefined): { check: Check; asksVersion: boolean }[] => {
  if (question?.path === undefined) return checks.map((check) => ({ check, asksVersion: question !== undefined }))
  const request = { method: 'GET', path: question.path, headers: {}, redirects: 0 }
  const own: Check = { name: 'expect-version', request, expect: { headers: {}, json: [] } }
  return [{ check: own, asksVersion: true }, ...checks.map((check) => ({ check, asksVersion: false }))]
}

const versionUnderTest = (
  { name, expectVersion }: Suite,
  expected: ExpectedVersion | undefined,
): { question: VersionQuestion; expected: ExpectedVersion } | undefined => {
  if (expectVersion === undefined) return undefined
  if (expected?.version !== undefined || expected?.digest !== undefined) return { question: expectVersion, expected }
  throw new KitError('input-invalid', `The suite \`${name}\` has \`expect-version\`, but no version under test was given.`, {
    remedy: 'Give the version or the digest that must answer, or remove `expect-version` from the suite.',
  })
}

const httpAddress = (url: string): string => {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url
  throw new KitError('input-invalid', `\`${url}\` is not an address that can be tested.`, {
    remedy: 'Give an address with http:// or https://.',
  })
}

/** Secrets as they are, and as a URL or JSON in an answer shows them. */
const redactorFor = (secrets: readonly string[]): Redactor => {
  const redactor = new Redactor()
  for (const secret of secrets)
    for (const form of [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]) redactor.add(form)
  return redactor
}

const line = ({ name, passed, attempts, latencyMs, flaky, failure }: CheckReport): string => {
  const times = latencyMs === undefined ? '' : `, slowest ${formatDuration(latencyMs)}`
  const tries = attempts === 1 ? '1 request' : `${attempts} requests`
  return `${passed ? 'passed' : 'FAILED'}  ${name} (${tries}${times}${flaky ? ', flaky' : ''})${failure === undefined ? '' : `\n  ${failure.replaceAll('\n', '\n  ')}`}`
}
