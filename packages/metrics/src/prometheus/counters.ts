import { KitError } from '@deploy-kit/core'
import type { Side } from '@deploy-kit/rollout'
import { CounterDeltas, type Increase } from '../exposition/deltas.ts'
import type { Sample } from '../exposition/sample.ts'
import { isPlainSelector } from './raw-counters.ts'
import type { Selection } from './selections.ts'

/** A selection and what was read for it. */
export interface Selected {
  readonly selection: Selection
  readonly samples: readonly Sample[]
}

/**
 * What each side counted since the last look, by series. A plain selector has the counters themselves: one that falls far was restarted, and one that
 * falls a little was read from a replica of Prometheus that is behind the last one, which a restart cannot be told from otherwise.
 * A sum that falls lost a part: it says nothing until the next look.
 */
export class SideCounters {
  readonly #plain = new CounterDeltas((last, now) => (now > last / 2 ? 'behind' : 'restart'))
  readonly #sums = new CounterDeltas(() => 'unknown')

  /** The increases of each side; undefined for a side without series, or with one that has nothing to compare with. */
  advance(selected: readonly Selected[]): Partial<Record<Side, readonly Increase[]>> {
    const sides: Partial<Record<Side, Increase[]>> = {}
    for (const { selection, samples } of selected) {
      // A query is remembered by its text: a canary that becomes stable is asked for by the same one.
      const deltas = isPlainSelector(selection.query) ? this.#plain : this.#sums
      for (const increase of deltas.advance(selection.query, samples)) {
        const side = selection.sideOf(increase.sample.labels)
        if (side !== undefined) (sides[side] ??= []).push(increase)
      }
    }
    const whole = Object.entries(sides).filter(([, increases]) => increases.every(({ increase }) => increase !== undefined))
    return Object.fromEntries(whole)
  }
}

/**
 * Checks that what was selected is counters of stable.
 * @throws KitError `metrics-empty`, `metrics-query-invalid`
 */
export const checkCounters = (selected: readonly Selected[], hasStable: boolean): void => {
  const all = selected.flatMap(({ samples }) => samples)
  const odd = all.find(({ value }) => Number.isFinite(value) && !(value >= 0 && Number.isInteger(value)))
  if (odd !== undefined)
    throw new KitError('metrics-query-invalid', `\`${selected[0]?.selection.query}\` has the value ${odd.value}, which is not a count.`, {
      remedy: 'Give the raw counter of requests.',
    })
  if (!hasStable) return
  const stable = selected.filter(({ selection, samples }) => samples.some(({ labels }) => selection.sideOf(labels) === 'stable'))
  if (stable.length > 0) return
  throw emptyOf(selected)
}

/** Nothing of stable is selected. Says what there is instead. */
export const emptyOf = (selected: readonly Selected[]): KitError => {
  const { selection, samples } = selected.at(-1) ?? { selection: undefined, samples: [] }
  const labels = Object.entries(samples[0]?.labels ?? {}).map(([name, value]) => `${name}="${value}"`)
  const seen = samples.length === 0 ? 'there is no such series now' : `there are ${samples.length} others, such as {${labels.join(', ')}}`
  return new KitError('metrics-empty', `No series of stable is selected by ${selection?.by ?? 'the query'}: ${seen}.`, {
    remedy: 'Correct the query or its labels. A counter that appears with the first request needs one before the release.',
  })
}
