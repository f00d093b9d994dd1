import { silentLogger } from '@deploy-kit/core'
import { sourceHttp, sourcePolicy, type MetricKind, type SourceContext } from '@deploy-kit/metrics'
import { ManualClock } from './manual-clock.ts'

/** What a source under test is opened with: two known releases, and the secrets that are given. */
export const sourceContext = (
  kind: MetricKind,
  more: Partial<SourceContext> = {},
  secrets: Readonly<Record<string, string>> = {},
): SourceContext => {
  const clock = more.clock ?? new ManualClock()
  return {
    metric: 'errors',
    kind,
    sides: () => Promise.resolve({ canary: newRelease, stable: oldRelease }),
    clock,
    log: silentLogger,
    http: sourceHttp(clock, { ...sourcePolicy, jitter: false }),
    secret: ({ env }) => {
      const value = secrets[env]
      if (value === undefined) throw new Error(`the test gives no secret ${env}`)
      return value
    },
    directory: '.',
    ...more,
  }
}

export const oldRelease = { digest: 'sha256:old', version: '1.0.0', commit: 'aaa', configuration: 'c1' }
export const newRelease = { digest: 'sha256:new', version: '1.1.0', commit: 'bbb', configuration: 'c1' }
