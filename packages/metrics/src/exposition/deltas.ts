import { KitError } from '@deploy-kit/core'
import { seriesKey, type Sample } from './sample.ts'

/** One series after a scrape. */
export interface Increase {
  readonly sample: Sample
  /** What was counted since the last scrape; undefined on the first sight, when there is nothing to compare with. */
  readonly increase: number | undefined
}

/** What is known about the process that was scraped. */
export interface ProcessFacts {
  /** Its `process_start_time_seconds`, where it has one. */
  readonly startedAt?: number | undefined
  /** Whether it started after the last scrape of anything, so that all it has counted is new. */
  readonly isNew?: boolean
}

/**
 * What a value below the last one means. `restart`: the counter began at zero again. `behind`: an older copy was read, and the last value stands.
 * `unknown`: a sum lost some of its parts; nothing can be told from it until the next time.
 */
export type Fall = 'restart' | 'behind' | 'unknown'

interface Seen {
  readonly startedAt: number | undefined
  /** Last value per series, within the group that is reset together. */
  readonly groups: Map<string, Map<string, number>>
}

/**
 * Turns counters that only rise into what was counted between two scrapes, per process.
 *
 * - First scrape of a process: a baseline, no increase, unless the process is known to be new.
 * - A series that a known process did not have before was born since then, so all of it counts. Error counters come into
 *   being with the first error: to take that one as a baseline would hide it.
 * - A value below the last one is a restart, unless whoever reads knows better; another start time always is: the counter began at zero again.
 * - A series that vanishes keeps its last value, for it may only have been left out once.
 * - A counter that is NaN, infinite or negative is no data.
 */
export class CounterDeltas {
  readonly #processes = new Map<string, Seen>()
  readonly #fallOf: (last: number, now: number) => Fall

  constructor(fallOf: (last: number, now: number) => Fall = () => 'restart') {
    this.#fallOf = fallOf
  }

  /** @throws KitError `metrics-unavailable` when the address answers from several processes in turn, whose counters cannot be compared */
  advance(process: string, samples: readonly Sample[], facts: ProcessFacts = {}): Increase[] {
    const known = this.#processes.get(process)
    const startedAt = facts.startedAt ?? known?.startedAt
    const laterBy = (startedAt ?? 0) - (known?.startedAt ?? startedAt ?? 0)
    if (laterBy < 0) throw severalProcesses(process)
    const countsFromZero = known !== undefined || facts.isNew === true
    const before = laterBy > 0 ? undefined : known?.groups
    const groups = new Map(before)
    const increases: Increase[] = []
    for (const [group, members] of byGroup(samples)) {
      const last = before?.get(group) ?? new Map<string, number>()
      const falls = new Set(
        members.map(({ key, sample }) => {
          const value = last.get(key) ?? 0
          return sample.value < value ? this.#fallOf(value, sample.value) : undefined
        }),
      )
      const now = new Map(falls.has('restart') ? [] : last)
      const isUnknown = !falls.has('restart') && falls.has('unknown')
      for (const { key, sample } of members) {
        const base = now.get(key) ?? (countsFromZero ? 0 : undefined)
        const isBehind = !isUnknown && sample.value < (base ?? 0)
        increases.push({ sample, increase: base === undefined || isUnknown ? undefined : Math.max(0, sample.value - base) })
        if (!isBehind) now.set(key, sample.value)
      }
      groups.set(group, now)
    }
    this.#processes.set(process, { startedAt, groups })
    return increases
  }

  /** Forgets the processes that are not among these, so that a long watch of short-lived ones stays small. */
  keepOnly(processes: Iterable<string>): void {
    const kept = new Set(processes)
    for (const process of this.#processes.keys()) if (!kept.has(process)) this.#processes.delete(process)
  }
}

const severalProcesses = (process: string): KitError =>
  new KitError('metrics-unavailable', `${process} answers from several processes in turn: its start time went back.`, {
    remedy: 'Name the address of each instance instead of one in front of them.',
  })

/**
 * The buckets of a histogram are reset together, though after a restart some may already be above their old value. They
 * are one group; any other series is a group of its own.
 */
const byGroup = (samples: readonly Sample[]): Map<string, { key: string; sample: Sample }[]> => {
  const groups = new Map<string, { key: string; sample: Sample }[]>()
  for (const sample of samples) {
    if (!(sample.value >= 0 && sample.value < Infinity)) continue
    const group = seriesKey(sample.name, sample.labels, 'le')
    const members = groups.get(group) ?? []
    members.push({ key: seriesKey(sample.name, sample.labels), sample })
    groups.set(group, members)
  }
  return groups
}
