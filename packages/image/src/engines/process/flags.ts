/** `--name value`, or nothing when there is no value. */
export const flag = (name: string, value: string | undefined): readonly string[] => (value === undefined ? [] : [`--${name}`, value])

/** The flag once for each value. */
export const flags = (name: string, values: readonly string[] = []): readonly string[] => values.flatMap((value) => flag(name, value))

/** The flag alone, when it is set. */
export const toggle = (name: string, isSet: boolean | undefined): readonly string[] => (isSet === true ? [`--${name}`] : [])

/** `NAME=value` of each pair. */
export const assignments = (values: Readonly<Record<string, string>> = {}): readonly string[] =>
  Object.entries(values).map(([name, value]) => `${name}=${value}`)
