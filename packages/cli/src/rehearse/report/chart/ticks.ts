/** Round values (1, 2 or 5 times a power of ten) from `from` to `to`, about as many as wanted. */
export const roundTicks = (from: number, to: number, wanted: number): readonly number[] => {
  const rough = (to - from) / wanted
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10)
  const first = Math.ceil(from / step)
  return Array.from({ length: Math.floor(to / step) - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)))
}

/** The powers of ten from `from` to `to`. */
export const decades = (from: number, to: number): readonly number[] => {
  const first = Math.ceil(Math.log10(from) - 1e-9)
  const last = Math.floor(Math.log10(to) + 1e-9)
  return Array.from({ length: last - first + 1 }, (_, index) => Number(`1e${first + index}`))
}
