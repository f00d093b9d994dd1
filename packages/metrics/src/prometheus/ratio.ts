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

/** So far back the traffic is looked at before a release. */
const recentMinutes = 5

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
      const until = reader.moment()
      const now = await sides(signal)
      const moments = Array.from({ length: recentMinutes + 1 }, (_, minute) => until - (recentMinutes - minute) * 60_000)
      const past = await Promise.all(moments.map((at) => select(at, now, signal)))
      const seen = { total: new SideCounters(), failed: new SideCounters() }
      const increases = past.map(({ total, failed }) => ({
        total: seen.total.advance(total).stable,
        failed: seen.failed.advance(failed).stable,
      }))
      const known = increases.filter(({ total }) => total !== undefined)
      if (known.length === 0) return undefined
      const bad = ({ total, failed }: (typeof known)[number]): number =>
        sum(hasFailed === undefined ? failed : total?.filter(({ sample }) => hasFailed(sample.labels)))
      return {
        requests: known.reduce((requests, { total }) => requests + sum(total), 0),
        failures: known.reduce((failures, minute) => failures + bad(minute), 0),
        ms: known.length * 60_000,
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
