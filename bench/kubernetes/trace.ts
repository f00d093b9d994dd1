import type { Answer } from '../../packages/cli/src/rehearse/traffic.ts'

/** What a trace of requests says about one version, times in seconds from the trigger. */
export interface Exposure {
  readonly firstAt: number
  readonly lastAt: number
  /** Answers of the version with a status of 500. */
  readonly failed: number
  /** Requests without an answer of any version: 502, 503, 504, or nothing at all. */
  readonly lost: number
  /** Share of the users who met a failure or a loss: the requests are dealt in turn to a thousand users. */
  readonly usersHit: number
  readonly sent: number
}

const users = 1_000

const isLost = ({ status }: Answer): boolean => status === 0 || (status >= 502 && status <= 504)

export const exposureTo = (version: string, answers: readonly Answer[], triggeredAt: number): Exposure => {
  const inOrder = answers.toSorted((a, b) => a.at - b.at)
  const own = inOrder.filter((answer) => answer.version === version)
  const isHurt = (answer: Answer): boolean => isLost(answer) || (answer.version === version && answer.status >= 500)
  const hurt = new Set(inOrder.flatMap((answer, index) => (isHurt(answer) ? [index % users] : [])))
  const seconds = (at: number | undefined): number => (at === undefined ? Number.NaN : (at - triggeredAt) / 1_000)
  return {
    firstAt: seconds(own[0]?.at),
    lastAt: seconds(own.at(-1)?.at),
    failed: own.filter(({ status }) => status >= 500).length,
    lost: inOrder.filter(isLost).length,
    usersHit: hurt.size / Math.min(users, Math.max(1, inOrder.length)),
    sent: inOrder.length,
  }
}
