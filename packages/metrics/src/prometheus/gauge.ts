import { KitError } from '@deploy-kit/core'
import type { Side } from '@deploy-kit/rollout'
import type { MetricSource, SourceContext } from '../source.ts'
import { emptyOf, type Selected } from './counters.ts'
import type { GaugeOptions } from './options.ts'
import type { Reader } from './reader.ts'

/** One number a side. Any query will do, for a gauge is no count. */
export const gaugeSource = (options: GaugeOptions, reader: Reader, { sides }: SourceContext): MetricSource => ({
  check: async (signal) => {
    const now = await sides(signal)
    const selected = await reader.select(options.query, now, reader.moment(), signal)
    const stable = valueOf(selected, 'stable')
    valueOf(selected, 'canary')
    if (now.stable !== undefined && stable === undefined) throw emptyOf(selected)
  },
  read: async (signal) => {
    const at = reader.moment()
    const selected = await reader.select(options.query, await sides(signal), at, signal)
    const canary = valueOf(selected, 'canary')
    const stable = valueOf(selected, 'stable')
    const counts = { at: reader.reached(at), canary: undefined, stable: undefined }
    return canary === undefined || stable === undefined ? counts : { ...counts, gauge: { canary, stable } }
  },
})

/** The value of a side; undefined when there is none, or none that is a number. @throws KitError `metrics-query-invalid` for several */
const valueOf = (selected: readonly Selected[], side: Side): number | undefined => {
  const own = selected.flatMap(({ selection, samples }) => samples.filter(({ labels }) => selection.sideOf(labels) === side))
  if (own.length > 1)
    throw new KitError(
      'metrics-query-invalid',
      `\`${selected[0]?.selection.query}\` gives ${own.length} numbers for the ${side}; one is needed.`,
      {
        remedy: 'Make one of them: `avg by (version) (…)`, `max(…)`.',
      },
    )
  const value = own[0]?.value
  return value !== undefined && Number.isFinite(value) ? value : undefined
}
