import { KitError } from '@deploy-kit/core'
import * as z from 'zod'
import { parseNumber } from '../exposition/parse.ts'
import type { Sample } from '../exposition/sample.ts'

const written = z.string()

/**
 * A native histogram in an answer of the query API (prometheus.io/docs/prometheus/latest/querying/api, "Native histograms"): how many observations there
 * were, and those buckets that have any, not cumulative: `[rule for the ends, left end, right end, observations]`.
 */
export const nativeHistogram = z.object({
  count: written,
  sum: written,
  buckets: z.array(z.tuple([z.int().min(0).max(3), written, written, written])).optional(),
})

export type NativeHistogram = z.output<typeof nativeHistogram>

/**
 * Powers of two from a millisecond to a minute, in seconds. The buckets of every exponential histogram end at them, whatever its resolution, as long as that is
 * not coarser than a factor of two (schema 0 and above); so histograms of instances, sides and moments with different resolutions can be compared, exactly.
 */
export const nativeBoundaries: readonly number[] = Array.from({ length: 17 }, (_, k) => 2 ** (k - 10))

/** Ends are written with as many digits as a double has, and computed by others than us. */
const rounding = 1e-9

/**
 * The same histogram as classic buckets on {@link nativeBoundaries}, cumulative, as series with `le`.
 * @throws KitError `metrics-query-invalid` when a bucket lies on both sides of a boundary: it is of a coarser resolution, or has custom ends
 */
export const classicBuckets = (
  query: string,
  { count, buckets = [] }: NativeHistogram,
  { name, labels }: Pick<Sample, 'name' | 'labels'>,
): readonly Sample[] => {
  const parsed = buckets.map(([, left, right, observations]) => ({
    left: parseNumber(left),
    right: parseNumber(right),
    observations: parseNumber(observations),
  }))
  const upTo = (boundary: number): number => {
    const [low, high] = [boundary * (1 - rounding), boundary * (1 + rounding)]
    const odd = parsed.find(({ left, right }) => left < low && right > high)
    if (odd !== undefined) throw straddling(query, odd, boundary)
    return parsed.reduce((sum, { right, observations }) => (right <= high ? sum + observations : sum), 0)
  }
  const series = (le: string, value: number): Sample => ({ name: `${name}_bucket`, labels: { ...labels, le }, value })
  return [...nativeBoundaries.map((boundary) => series(String(boundary), upTo(boundary))), series('+Inf', parseNumber(count))]
}

const straddling = (query: string, { left, right }: { readonly left: number; readonly right: number }, boundary: number): KitError =>
  new KitError(
    'metrics-query-invalid',
    `\`${query}\` has a bucket from ${left} to ${right}, on both sides of ${boundary} s: its native histogram has custom buckets, or a resolution coarser than a factor of two.`,
    {
      remedy:
        'Have it kept at schema 0 or finer. Custom buckets are classic ones in another form: have Prometheus keep those too (`always_scrape_classic_histograms: true`), and name `…_bucket`.',
    },
  )
