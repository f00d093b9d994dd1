/** One line of an exposition: a series and its value now. */
export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** A name for a series that does not depend on the order of its labels. `without` leaves a label out. */
export const seriesKey = (name: string, labels: Readonly<Record<string, string>>, without?: string): string =>
  JSON.stringify([
    name,
    ...Object.entries(labels)
      .filter(([label]) => label !== without)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  ])
