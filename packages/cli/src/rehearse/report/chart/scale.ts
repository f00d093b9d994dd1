/** Where a value stands on an axis: 0 at its begin, 1 at its end. */
export type Scale = (value: number) => number

/** A value of `from` stands at 0, one of `to` at 1. */
export const linear =
  (from: number, to: number): Scale =>
  (value) =>
    (value - from) / (to - from)

/** Equal ratios are equal lengths. Both ends are above 0; what lies beyond them stands at the end. */
export const logarithmic = (from: number, to: number): Scale => {
  const place = linear(Math.log(from), Math.log(to))
  return (value) => place(Math.log(Math.min(Math.max(value, from), to)))
}
