import type { JudgeOptions } from '@deploy-kit/judge'

/** How the judge looks at it. */
export interface Judging {
  readonly options: JudgeOptions
  /** Synthetic requests a second to each side; 0 without. */
  readonly probesPerSecond: number
}
