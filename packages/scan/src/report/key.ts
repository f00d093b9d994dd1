/**
 * What a finding is, so that two scans can be compared. Trivy's own Fingerprint hashes the id of the image, so it changes with
 * every build; versions change with every update that does not help; and lines move. What stays is class, kind of packages,
 * name of the weakness, package and file.
 */
export const vulnerabilityKey = (found: {
  readonly class: string
  readonly type: string
  readonly id: string
  readonly purl: string
  readonly package: string
  readonly path: string
  readonly target: string
}): string => ['vulnerability', found.class, found.type, found.id, nameInPurl(found.purl) ?? found.package, placeOf(found)].join('|')

// The packages of a system are named after image and distribution (`shop:v3 (debian 12.5)`), which a rebuild changes.
const placeOf = (found: { readonly class: string; readonly path: string; readonly target: string }): string =>
  found.path !== '' ? found.path : found.class === 'os-pkgs' ? '' : found.target

/** `pkg:deb/debian/libssl3@3.0.11?arch=amd64` is about `pkg:deb/debian/libssl3`: an @ in a name is written %40. */
const nameInPurl = (purl: string): string | undefined => (purl === '' ? undefined : purl.replace(/[?#].*$/s, '').replace(/@[^@/]*$/, ''))

/** One package at one version, whatever image it is in. */
export const packageKey = (purl: string, name: string, version: string): string =>
  purl === '' ? `${name}@${version}` : purl.replace(/[?#].*$/s, '')

export const misconfigurationKey = (type: string, id: string, target: string, resource: string): string =>
  ['misconfiguration', type, id, target, resource].join('|')

export const secretKey = (rule: string, target: string): string => ['secret', rule, target].join('|')

export const licenseKey = (name: string, packageName: string, target: string): string => ['license', name, packageName, target].join('|')

/** Makes keys unique in their order: the second secret of one rule in one file is another one. */
export const numbered = (): ((key: string) => string) => {
  const seen = new Map<string, number>()
  return (key) => {
    const count = (seen.get(key) ?? 0) + 1
    seen.set(key, count)
    return count === 1 ? key : `${key}|${count}`
  }
}
