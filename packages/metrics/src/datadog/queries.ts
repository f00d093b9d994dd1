import type { Side } from '@deploy-kit/rollout'
import type { Sides } from '../source.ts'
import { renderSides } from '../template.ts'
import type { DatadogOptions } from './options.ts'

export interface Query {
  readonly side: Side
  readonly what: 'requests' | 'failures'
  readonly query: string
}

/** @throws KitError `config-invalid` when a query has a variable without a value, or is the same for both sides */
export const queriesOf = ({ total, failed, period }: DatadogOptions, sides: Sides): readonly Query[] => {
  const all = { requests: renderSides(total, sides, tagValue), failures: renderSides(failed, sides, tagValue) }
  return (['canary', 'stable'] as const).flatMap((side) =>
    (['requests', 'failures'] as const).flatMap((what) => {
      const query = all[what][side]
      return query === undefined
        ? []
        : [{ side, what, query: `${query.replace(/\.as_count\(\)\s*$/, '')}.as_count().rollup(sum, ${period / 1_000})` }]
    }),
  )
}

/** As Datadog stores the value of a tag: lower case, with `_` for what it does not allow (docs.datadoghq.com/getting_started/tagging). */
export const tagValue = (value: string): string => value.toLowerCase().replace(/[^\p{L}\p{N}_\-:./]/gu, '_')
