import { KitError } from '@deploy-kit/core'
import type { Side } from '@deploy-kit/rollout'
import type { Sides } from '../source.ts'
import { renderSides, type Template } from '../template.ts'
import type { CloudWatchOptions } from './options.ts'

/** One metric of one side. */
export interface Query {
  readonly id: string
  readonly side: Side
  readonly what: 'requests' | 'failures'
  readonly metric: string
  readonly dimensions: readonly { readonly Name: string; readonly Value: string }[]
}

/** @throws KitError `config-invalid` when the dimensions do not tell the sides apart, or hold a variable without a value */
export const queriesOf = ({ dimensions, total, failed }: CloudWatchOptions, sides: Sides): readonly Query[] => {
  // Rendered together, for most dimensions are the same on both sides and only the whole must differ.
  const together = renderSides({ canary: jsonOf(dimensions, 'canary'), stable: jsonOf(dimensions, 'stable') }, sides)
  return (Object.entries(together) as [Side, string][]).flatMap(([side, json]) => {
    const own = Object.entries(JSON.parse(json) as Record<string, string>).map(([Name, Value]) => ({ Name, Value }))
    for (const { Name, Value } of own) refuseLong(Name, Value)
    const requests: Query = { id: `${side}_requests`, side, what: 'requests', metric: total, dimensions: own }
    const failures = failed.map((metric, index): Query => ({
      id: `${side}_failed_${index}`,
      side,
      what: 'failures',
      metric,
      dimensions: own,
    }))
    return [requests].concat(failures)
  })
}

const jsonOf = (dimensions: CloudWatchOptions['dimensions'], side: Side): string => {
  const of = (value: Template): string => (typeof value === 'string' ? value : value[side])
  return JSON.stringify(Object.fromEntries(Object.entries(dimensions).map(([name, value]) => [name, of(value)])))
}

/** CloudWatch refuses the whole request, and does not say for which dimension. */
const refuseLong = (name: string, value: string): void => {
  if (value.length <= 1024) return
  throw new KitError('config-invalid', `The dimension ${name} has a value of ${value.length} characters; CloudWatch allows 1024.`)
}
