const minuteMs = 60_000
/** So many minutes are kept: what stable did in the half hour before is what a release is compared with, where nothing runs beside it. */
const kept = 30

interface Minute {
  readonly number: number
  requests: number
  failures: number
}

/** What was counted lately, by the minute. Times are of a clock that never goes back, in milliseconds. */
export class Recent {
  #minutes: Minute[] = []
  #since: number | undefined

  count(isFailure: boolean, at: number): void {
    this.#since ??= at
    const number = Math.floor(at / minuteMs)
    let minute = this.#minutes.at(-1)
    if (minute === undefined || minute.number < number) {
      minute = { number, requests: 0, failures: 0 }
      this.#minutes = [...this.#minutes.filter((old) => old.number > number - kept), minute]
    }
    minute.requests += 1
    if (isFailure) minute.failures += 1
  }

  /** Undefined while nothing was counted. `ms` is the time in which: half an hour, or since the first request where that is less. */
  upTo(at: number): { readonly requests: number; readonly failures: number; readonly ms: number } | undefined {
    if (this.#since === undefined) return undefined
    const first = Math.floor(at / minuteMs) - kept + 1
    const minutes = this.#minutes.filter(({ number }) => number >= first)
    return {
      requests: minutes.reduce((sum, { requests }) => sum + requests, 0),
      failures: minutes.reduce((sum, { failures }) => sum + failures, 0),
      ms: at - Math.max(this.#since, first * minuteMs),
    }
  }
}
