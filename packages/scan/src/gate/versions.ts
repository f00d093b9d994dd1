/**
 * Versions of any packaging system, compared part by part: numbers as numbers, the rest as text. It serves to name an update
 * in a sentence; what is vulnerable is Trivy's to say, which knows each system's own rules.
 */
export const compareVersions = (a: string, b: string): number => {
  const [left, right] = [partsOf(a), partsOf(b)]
  for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
    const [x = '', y = ''] = [left[at], right[at]]
    if (x === y) continue
    const numbers = [Number(x), Number(y)] as const
    const both = /^\d+$/.test(x) && /^\d+$/.test(y)
    return both ? numbers[0] - numbers[1] : x < y ? -1 : 1
  }
  return 0
}

const partsOf = (version: string): readonly string[] => version.match(/\d+|[a-z~]+/gi) ?? []

/** Of the versions that have a fix (`1.2.6, 0.2.4`), the lowest one above what is installed. */
export const smallestFix = (installed: string, fixed: string): string => {
  const versions = fixed
    .split(/\s*,\s*/)
    .filter((version) => version !== '')
    .toSorted(compareVersions)
  return versions.find((version) => compareVersions(version, installed) > 0) ?? versions.at(-1) ?? ''
}

export const newest = (versions: readonly string[]): string | undefined => versions.toSorted(compareVersions).at(-1)
