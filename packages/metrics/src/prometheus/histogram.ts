import { KitError } from '@deploy-kit/core'
import type { Side, SideCounts } from '@deploy-kit/rollout'
import { commonBoundaries, histogramsOf, latencyOf, refuseDifferent } from '../exposition/histograms.ts'
import { bucketBoundary } from '../exposition/parse.ts'
import type { MetricSource, SourceContext } from '../source.ts'
import type { Template } from '../template.ts'
import { checkCounters, SideCounters, type Selected } from './counters.ts'
import type { HistogramOptions } from './options.ts'
import { isPlainSelector, refuseDerived } from './raw-counters.ts'
import type { Reader } from './reader.ts'
import { textsOf } from './selections.ts'

/** A histogram, by its raw buckets; those of a native one are made classic ones where the answer is read. */
export const histogramSource = (options: HistogramOptions, reader: Reader, { metric, sides }: SourceContext): MetricSource => {
  const buckets = options.native === true ? options.histogram : bucketsOf(options.histogram)
  for (const query of textsOf(buckets)) refuseDerived(query, metric)
  const counters = new SideCounters()

  return {
    check: async (signal) => {
      const now = await sides(signal)
      const selected = await reader.select(buckets, now, reader.moment(), signal)
      if (options.native !== true && selected.every(({ samples }) => samples.length === 0)) {
        // A name whose classic buckets are not there may be that of a native histogram.
        const named = await reader.select(options.histogram, now, reader.moment(), signal)
        refuseUnsaidNative(named)
      }
      checkCounters(selected, now.stable !== undefined)
      refuseOtherThanBuckets(selected)
    },
    read: async (signal) => {
      const at = reader.moment()
      const selected = await reader.select(buckets, await sides(signal), at, signal)
      refuseOtherThanBuckets(selected)
      const increases = counters.advance(selected)
      const histograms = { canary: histogramsOf(increases.canary ?? []), stable: histogramsOf(increases.stable ?? []) }
      const boundaries = commonBoundaries([...histograms.canary, ...histograms.stable])
      refuseDifferent(boundaries, textsOf(buckets)[0] ?? '')
      const of = (side: Side): SideCounts | undefined => {
        const latency = latencyOf(histograms[side], boundaries)
        return latency && { requests: latency.reduce((sum, count) => sum + count, 0), failures: 0, latency }
      }
      return {
        at: reader.reached(at),
        canary: of('canary'),
        stable: of('stable'),
        ...(boundaries.length > 0 && { boundaries: boundaries.filter((boundary) => boundary < Infinity) }),
      }
    },
  }
}

const refuseUnsaidNative = (named: readonly Selected[]): void => {
  const native = named.find(({ samples }) => samples.some(({ labels }) => labels['le'] !== undefined))
  if (native === undefined) return
  throw new KitError('metrics-query-invalid', `\`${native.selection.query}\` is a native histogram, without classic buckets.`, {
    remedy: 'Add `native: true`.',
  })
}

/** A name alone means its buckets. */
const bucketsOf = (template: Template): Template => {
  if (typeof template !== 'string') return { canary: named(template.canary), stable: named(template.stable) }
  return named(template)
}

const named = (query: string): string =>
  isPlainSelector(query) ? query.replace(/^\s*([a-zA-Z_:][\w:]*)/, (name) => (name.endsWith('_bucket') ? name : `${name}_bucket`)) : query

const refuseOtherThanBuckets = (selected: readonly Selected[]): void => {
  for (const { selection, samples } of selected) {
    const odd = samples.find(({ labels }) => Number.isNaN(bucketBoundary(labels['le'] ?? '')))
    if (odd === undefined) continue
    throw new KitError(
      'metrics-query-invalid',
      `\`${selection.query}\` selects series without \`le\`, which are not the buckets of a histogram.`,
      {
        remedy: 'Name the classic histogram, or keep `le` where buckets are summed: `sum by (le, version) (…_bucket)`.',
      },
    )
  }
}
