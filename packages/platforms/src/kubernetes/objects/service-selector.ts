import { prefix, type Labels } from './labels.ts'
import type { Service } from './models.ts'

/** On a Service that sends all of its traffic to the canary for now: what it selects otherwise. */
export const selectorBefore = `${prefix}/selector`

/** What a Service selects when all of its traffic is stable's; undefined for one that selects nothing. */
export const selectorOf = ({ metadata, spec }: Service): Labels | undefined => {
  const before = metadata?.annotations?.[selectorBefore]
  return before === undefined ? spec?.selector : (JSON.parse(before) as Labels)
}
