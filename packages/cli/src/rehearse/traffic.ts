import { Agent, request } from 'node:http'
import { performance } from 'node:perf_hooks'

/** What became of the requests of a rehearsal or a test. */
export interface TrafficCount {
  readonly sent: number
  readonly answered: number
  /** Requests without an answer of any version: connection refused or reset, time out, or 502, 503, 504 of the edge. */
  readonly lost: number
  /** Answers of a version with a status of 500 or above: the version's own failures. */
  readonly failed: number
  /** Answers per digest of the version that gave them. */
  readonly byDigest: Readonly<Record<string, { readonly answered: number; readonly failed: number }>>
  /** Longest time between two answers, in milliseconds. */
  readonly longestGapMs: number
}

/** One answer, as it came. */
export interface Answer {
  /** Milliseconds since the epoch at which the request was sent. */
  readonly at: number
  readonly ms: number
  readonly status: number
  /** What the version calls itself; undefined when the answer is not a version's own. */
  readonly version: string | undefined
}

export interface TrafficOptions {
  readonly headers?: Readonly<Record<string, string>>
  /** Header in which a version names itself. */
  readonly versionHeader?: string
  /** Hears of each request that was answered, or lost with status 0. */
  readonly onAnswer?: (answer: Answer) => void
}

export interface Traffic {
  count(): TrafficCount
  /** Sends no more, waits for the answers that are due, and counts. */
  stop(): Promise<TrafficCount>
}

const timeoutMs = 10_000

/**
 * Sends requests at a fixed rate whatever the answers do (open loop), so that a stall shows as lost time and not as
 * fewer requests. Half of the connections are kept alive, as real clients do; the other half are new ones.
 */
export const startTraffic = (url: string, perSecond: number, options: TrafficOptions = {}): Traffic => {
  const { headers = {}, versionHeader = 'x-deploy-kit-digest', onAnswer } = options
  const kept = new Agent({ keepAlive: true, maxSockets: 64 })
  const byDigest: Record<string, { answered: number; failed: number }> = {}
  const open = new Set<Promise<void>>()
  let [sent, answered, lost, failed, longestGapMs] = [0, 0, 0, 0, 0]
  let lastAnswer = performance.now()

  const answeredBy = (status: number, digest: string | undefined): void => {
    const now = performance.now()
    longestGapMs = Math.max(longestGapMs, now - lastAnswer)
    lastAnswer = now
    if (digest === undefined || [502, 503, 504].includes(status)) {
      lost += 1
      return
    }
    answered += 1
    const version = (byDigest[digest] ??= { answered: 0, failed: 0 })
    version.answered += 1
    if (status < 500) return
    failed += 1
    version.failed += 1
  }

  const one = (): Promise<void> =>
    new Promise((resolve) => {
      sent += 1
      let begun = false
      const at = Date.now()
      const begunAt = performance.now()
      const told = (status: number, version?: string): void => onAnswer?.({ at, ms: performance.now() - begunAt, status, version })
      const call = request(url, { agent: sent % 2 === 0 ? kept : false, timeout: timeoutMs, headers }, (answer) => {
        begun = true
        answer.on('error', () => undefined) // 'close' follows.
        answer.on('close', () => {
          const version = answer.headers[versionHeader]?.toString()
          if (answer.complete) answeredBy(answer.statusCode ?? 0, version)
          else lost += 1
          told(answer.complete ? (answer.statusCode ?? 0) : 0, version)
          resolve()
        })
        answer.resume()
      })
      call.on('timeout', () => call.destroy(new Error('no answer in time')))
      call.on('error', () => {
        if (begun) return
        lost += 1
        told(0)
        resolve()
      })
      call.end()
    })

  const startedAt = performance.now()
  const timer = setInterval(() => {
    // As many as are due by now, so that a late timer does not lower the rate.
    const due = Math.floor(((performance.now() - startedAt) / 1_000) * perSecond)
    for (let missing = due - sent; missing > 0; missing -= 1) {
      const answer = one()
      open.add(answer)
      void answer.finally(() => open.delete(answer))
    }
  }, 5)

  const count = (): TrafficCount => ({
    sent,
    answered,
    lost,
    failed,
    byDigest: structuredClone(byDigest),
    longestGapMs: Math.round(longestGapMs),
  })
  return {
    count,
    stop: async () => {
      clearInterval(timer)
      await Promise.all(open)
      kept.destroy()
      return count()
    },
  }
}
