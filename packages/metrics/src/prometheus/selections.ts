import { KitError } from '@deploy-kit/core'
import type { Side } from '@deploy-kit/rollout'
import type { Sides } from '../source.ts'
import { render, renderSides, type Template } from '../template.ts'
import type { PrometheusServer } from './options.ts'

/** One query, and the side that each of its series belongs to. */
export interface Selection {
  readonly query: string
  readonly sideOf: (labels: Readonly<Record<string, string>>) => Side | undefined
  /** What tells stable's series from the others, for messages. */
  readonly by: string
}

/**
 * The queries for both sides: one whose label tells them apart, or one for each.
 * @throws KitError `config-invalid` when they cannot be told apart
 */
export const selections = (template: Template, label: PrometheusServer['side-label'], sides: Sides): readonly Selection[] => {
  if (label === undefined) {
    const texts = renderSides(template, sides)
    return (['canary', 'stable'] as const).flatMap((side) => {
      const query = texts[side]
      return query === undefined ? [] : [{ query, sideOf: () => side, by: `\`${query}\`` }]
    })
  }
  if (typeof template !== 'string' || template.includes('{{'))
    throw new KitError(
      'config-invalid',
      `\`side-label\` takes the sides from one query, and \`${textsOf(template)[0]}\` is one for each side.`,
      {
        remedy: 'Leave `side-label` out, or write the query once and without variables.',
      },
    )
  const { label: name, value = '{{version}}' } = typeof label === 'string' ? { label } : label
  const canary = render(value, 'canary', sides, asItIs)
  const stable = render(value, 'stable', sides, asItIs)
  if (canary !== undefined && canary === stable)
    throw new KitError('config-invalid', `Both sides have the ${name} \`${canary}\`: \`side-label\` cannot tell them apart.`, {
      remedy: 'Name what differs: `side-label: { label: …, value: "{{digest}}" }`, or `{{configuration}}`, or `{{side}}`.',
    })
  return [
    {
      query: template,
      sideOf: ({ [name]: found }) =>
        found === undefined ? undefined : found === canary ? 'canary' : found === stable ? 'stable' : undefined,
      by: `\`${template}\` with ${name}="${stable ?? canary ?? ''}"`,
    },
  ]
}

const asItIs = (value: string): string => value

/** The queries as they are written. */
export const textsOf = (template: Template): readonly string[] =>
  typeof template === 'string' ? [template] : [template.canary, template.stable]
