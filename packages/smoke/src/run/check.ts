import type { Clock } from '@deploy-kit/core'
import { answerFaults } from '../expect/answer.ts'
import { versionFault, type ExpectedVersion } from '../expect/version.ts'
import { show } from '../expect/show.ts'
import type { CheckReport } from '../report/report.ts'
import type { Check, VersionQuestion } from '../suite/suite.ts'
import { takeSample, type Aim, type Sample } from './sample.ts'

export interface CheckRun {
  readonly aim: Aim
  readonly consecutive: number
  readonly timeoutMs: number
  /** Milliseconds since the epoch at which nothing more is tried. */
  readonly deadlineAt: number
  /** What each answer of this check must say about its version. */
  readonly version?: { readonly question: VersionQuestion; readonly expected: ExpectedVersion }
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly redact: (text: string) => string
}

const firstPauseMs = 100
const longestPauseMs = 2_000

/**
 * Samples one check until it was good so many times in a row. Only a try that brought no answer is repeated, and it ends
 * the row; the first wrong answer is the verdict, for a retry would hide a version that is wrong now and then.
 */
export const runCheck = async (check: Check, run: CheckRun): Promise<CheckReport> => {
  const { clock, deadlineAt, redact } = run
  let attempts = 0
  let row = 0
  let stumbles = 0
  let slowest: number | undefined
  let lastProblem: string | undefined
  const report = (failure?: string): CheckReport => ({
    name: check.name,
    passed: failure === undefined,
    attempts,
    ...(slowest !== undefined && { latencyMs: slowest }),
    flaky: failure === undefined && stumbles > 0,
    ...(failure !== undefined && { failure: redact(failure) }),
  })
  let pause = firstPauseMs
  while (row < run.consecutive) {
    const left = deadlineAt - clock.now()
    if (left <= 0) return report(lateFailure(attempts, lastProblem))
    attempts += 1
    const sample = await takeSample(check.request, check.expect.status, run.aim, {
      clock,
      timeoutMs: Math.min(run.timeoutMs, left),
      signal: run.signal,
    })
    if (sample.kind === 'broken') return report(`no usable answer: ${sample.problem}`)
    if (sample.kind === 'answer') {
      const faults = faultsOf(check, sample, run)
      slowest = Math.max(slowest ?? 0, sample.answer.latencyMs)
      if (faults.length > 0) return report(faults.join('\n'))
      row += 1
      pause = firstPauseMs
      continue
    }
    row = 0
    stumbles += 1
    lastProblem = sample.problem + (sample.answer === undefined ? '' : ` with body ${show(sample.answer.body, redact)}`)
    await clock.sleep(Math.max(0, Math.min(pause, deadlineAt - clock.now())), run.signal)
    pause = Math.min(pause * 2, longestPauseMs)
  }
  return report()
}

const faultsOf = (check: Check, { answer }: Sample & { kind: 'answer' }, { version, redact }: CheckRun): string[] => {
  const faults = answerFaults(check.expect, answer, redact)
  const fault = version === undefined ? undefined : versionFault(version.question, version.expected, answer, redact)
  return fault === undefined ? faults : [fault, ...faults]
}

const lateFailure = (attempts: number, lastProblem: string | undefined): string => {
  if (attempts === 0) return 'not run: the deadline of the suite had passed'
  const tries = attempts === 1 ? '1 try' : `${attempts} tries`
  return `the deadline of the suite passed after ${tries}${lastProblem === undefined ? '' : `; the last one brought ${lastProblem}`}`
}
