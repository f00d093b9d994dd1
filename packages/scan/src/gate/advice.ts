import { groupBy } from '@deploy-kit/core'
import type { Finding, VulnerabilityFinding } from '../report/finding.ts'
import { newest, smallestFix } from './versions.ts'

/** One change that somebody can make, and how many of the failing findings it clears. */
export interface Change {
  readonly kind: 'base-image' | 'package'
  /** What is changed: a base image, or a package with its place. */
  readonly what: string
  readonly from: string
  /** To what; undefined for a base image of which no better one is known. */
  readonly to: string | undefined
  readonly clears: number
}

export interface BaseImage {
  /** As the Dockerfile names it, or as the image is labelled. */
  readonly name: string
  /** Layers that came with it. Undefined when that is not known: then all system packages count as its own. */
  readonly layers?: ReadonlySet<string>
}

/** A base image that could be taken instead, scanned under the same database. */
export interface Candidate {
  readonly name: string
  readonly keys: ReadonlySet<string>
}

/**
 * The changes that clear failing findings, the one that clears most first. Packages of the system are updated with the image
 * that brings them; packages of a language one by one.
 */
export const advise = (
  failing: readonly Finding[],
  base: BaseImage | undefined,
  candidates: readonly Candidate[] = [],
): readonly Change[] => {
  const weak = failing.filter((finding): finding is VulnerabilityFinding => finding.kind === 'vulnerability')
  const fromBase = base === undefined ? [] : weak.filter((finding) => comesWith(base, finding))
  const own = weak.filter((finding) => !fromBase.includes(finding))
  return [...baseChanges(base, fromBase, candidates), ...packageChanges(own)]
    .filter(({ clears }) => clears > 0)
    .toSorted((a, b) => b.clears - a.clears || (a.what < b.what ? -1 : 1))
}

const comesWith = ({ layers }: BaseImage, finding: VulnerabilityFinding): boolean =>
  layers === undefined ? finding.class === 'os-pkgs' : finding.layer !== undefined && layers.has(finding.layer)

const baseChanges = (
  base: BaseImage | undefined,
  fromBase: readonly VulnerabilityFinding[],
  candidates: readonly Candidate[],
): readonly Change[] => {
  if (base === undefined) return []
  if (candidates.length === 0) {
    const clears = fromBase.filter(({ fixed }) => fixed !== undefined).length
    return [{ kind: 'base-image', what: base.name, from: base.name, to: undefined, clears }]
  }
  return candidates.map(({ name, keys }) => ({
    kind: 'base-image',
    what: base.name,
    from: base.name,
    to: name,
    clears: fromBase.filter(({ key }) => !keys.has(key)).length,
  }))
}

const packageChanges = (own: readonly VulnerabilityFinding[]): readonly Change[] => {
  const groups = groupBy(
    own.filter(({ fixed }) => fixed !== undefined),
    (finding) => [finding.package, finding.installed, finding.class === 'os-pkgs' ? '' : (finding.path ?? finding.target)].join('\0'),
  )
  return [...groups.values()].map((findings): Change => {
    const [{ package: name, installed, class: kind, path, target }] = findings as [VulnerabilityFinding]
    return {
      kind: 'package',
      what: kind === 'os-pkgs' ? name : `${name} (${path ?? target})`,
      from: installed,
      to: newest(findings.map((finding) => smallestFix(installed, finding.fixed ?? ''))),
      clears: findings.length,
    }
  })
}

/** A change in a line: `update lodash (app/package-lock.json) 4.17.20 -> 4.17.21: clears 3`. */
export const describeChange = ({ kind, what, from, to, clears }: Change): string => {
  if (kind === 'package') return `update ${what} ${from} -> ${to ?? 'a fixed version'}: clears ${clears}`
  return to === undefined ? `take a newer base image than ${from}: clears up to ${clears}` : `base image ${from} -> ${to}: clears ${clears}`
}
