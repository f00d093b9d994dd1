import type { Side, SideCounts } from '@deploy-kit/rollout'
import { parseMatchers, type Matcher } from '../exposition/selector.ts'
import type { MetricSource, SideIdentity, SourceContext } from '../source.ts'
import { Dealer } from '../halves.ts'
import { Balance } from '../windows/balance.ts'
import { byInstance } from './by-instance.ts'
import { checkCounters, SideCounters, type Selected } from './counters.ts'
import type { RatioOptions } from './options.ts'
import { refuseDerived } from './raw-counters.ts'
import type { Reader } from './reader.ts'
import { textsOf } from './selections.ts'

/** So far back the traffic is looked at before a release, and in intervals of this length, which are about those between two scrapes. */
const recentMs = 1_800_000
const recentStepMs = 15_000

interface Both {
  readonly total: readonly Selected[]
  readonly failed: readonly Selected[]
}

/** Failed of total. The failed ones are series of their own, or those of the total with certain labels, which then come from the same scrape for sure. */
export const ratioSource = (options: RatioOptions, reader: Reader, { metric, sides, log }: SourceContext): MetricSource => {
  const hasFailed = typeof options.failed === 'string' ? matcherOf(options.failed) : undefined
  const queries = [...textsOf(options.total), ...(hasFailed === undefined ? textsOf(options.failed) : [])]
  for (const query of queries) refuseDerived(query, metric)
  const counters = { total: new SideCounters(), failed: new SideCounters() }
  const balances = new Map<string, Balance>()
  const dealer = new Dealer()

  const select = async (at: number, now: Awaited<ReturnType<typeof sides>>, signal: AbortSignal): Promise<Both> => {
    const [total, failed] = await Promise.all([
      reader.select(options.total, now, at, signal),
      hasFailed === undefined ? reader.select(options.failed, now, at, signal) : [],
    ])
    return { total, failed }
  }

  return {
    check: async (signal) => {
      const now = await sides(signal)
      const { total, failed } = await select(reader.moment(), now, signal)
      checkCounters(total, now.stable !== undefined)
      checkCounters(failed, false)
      if (hasFailed === undefined && failed.every(({ samples }) => samples.length === 0))
        log.info(`${metric}: no failure is counted now by \`${textsOf(options.failed)[0]}\`. Right when nothing fails.`)
    },
    read: async (signal) => {
      const at = reader.moment()
      const now = await sides(signal)
      const { total, failed } = await select(at, now, signal)
      const requests = counters.total.advance(total)
      const failures = hasFailed === undefined ? counters.failed.advance(failed) : undefined
      const failedOf = (side: Side) =>
        hasFailed === undefined ? failures?.[side] : requests[side]?.filter(({ sample }) => hasFailed(sample.labels))
      const of = (side: Side): SideCounts | undefined => {
        const identity = now[side]
        if (identity === undefined) return undefined
        const counted = requests[side]
        const tally = { requests: sum(counted), failures: sum(failedOf(side)) }
        const { counts, keep } = balanceOf(balances, identity).settled(tally)
        keep()
        return counted === undefined ? undefined : counts
      }
      const halves = now.stable && dealer.deal(byInstance(requests.stable ?? [], failedOf('stable') ?? [], options['instance-label']))
      return { at: reader.reached(at), canary: of('canary'), stable: of('stable'), ...(halves !== undefined && { halves }) }
    },
    recent: async (signal) => {
      const { stable } = await sides(signal)
      if (stable === undefined) return undefined
      const until = reader.moment()
      const range = { from: until - recentMs, until, stepMs: recentStepMs }
      const [total, failed = []] = await Promise.all([
        reader.selectOver(options.total, { stable }, range, signal),
        hasFailed === undefined ? reader.selectOver(options.failed, { stable }, range, signal) : undefined,
      ])
      const past = new SideCounters()
      const pastFailed = new SideCounters()
      const halving = new Dealer()
      // A Prometheus that is younger than this saw no series begin.
      const first = total.findIndex((selected) => selected.some(({ samples }) => samples.length > 0))
      const intervals = total.flatMap((selected, k) => {
        if (first === -1 || k < first) return []
        const requests = past.advance(selected).stable
        const apart = pastFailed.advance(failed[k] ?? []).stable
        if (requests === undefined) return []
        const failures = (hasFailed === undefined ? apart : requests.filter(({ sample }) => hasFailed(sample.labels))) ?? []
        const halves = halving.deal(byInstance(requests, failures, options['instance-label']))
        return [{ requests: sum(requests), failures: sum(failures), halves }]
      })
      if (intervals.length === 0) return undefined
      const halves = intervals.flatMap((interval) => (interval.halves === undefined ? [] : [interval.halves]))
      const requests = intervals.reduce((all, interval) => all + interval.requests, 0)
      return {
        requests,
        failures: Math.min(
          requests,
          intervals.reduce((all, interval) => all + interval.failures, 0),
        ),
        ms: intervals.length * recentStepMs,
        ...(halves.length > 0
          ? { halves }
          : {
              intervals: intervals.map((interval) => ({
                requests: interval.requests,
                failures: Math.min(interval.requests, interval.failures),
              })),
            }),
      }
    },
  }
}

/** Matchers begin with a label and an operator, which no query does. */
const matcherOf = (failed: string): Matcher | undefined =>
  /^\s*\{?\s*[a-zA-Z_]\w*\s*(=~|!~|!=|=)\s*"/.test(failed) ? parseMatchers(failed) : undefined

const balanceOf = (balances: Map<string, Balance>, { digest, configuration }: SideIdentity): Balance => {
  const key = `${digest} ${configuration ?? ''}`
  const balance = balances.get(key) ?? new Balance()
  balances.set(key, balance)
  return balance
}

const sum = (increases: readonly { readonly increase: number | undefined }[] = []): number =>
  increases.reduce((total, { increase = 0 }) => total + increase, 0)
