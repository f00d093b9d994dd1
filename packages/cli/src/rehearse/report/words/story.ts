import type { RehearsalResult, RehearsedRelease } from '../../result.ts'

/** The release of that name, if it was played. */
export const named = (result: RehearsalResult, name: RehearsedRelease['name']): RehearsedRelease | undefined =>
  result.releases.find((release) => release.name === name)

/** The look at which the judge sent the release back. */
export const failingLook = (release: RehearsedRelease | undefined) => release?.looks.find((look) => look.verdict === 'fail')

/** When all traffic was on stable again; undefined for a release that took it all. */
export const homeAt = ({ weights, outcome }: RehearsedRelease): number | undefined =>
  outcome === 'promoted' ? undefined : weights.findLast(({ weight }) => weight === 0)?.atMs

/** When the release was killed. */
export const killedAt = (release: RehearsedRelease): number | undefined => {
  const home = homeAt(release)
  return home === undefined || release.homeAfterKillMs === undefined ? undefined : home - release.homeAfterKillMs
}

/** When it became the release that serves everybody; undefined when it did not. */
export const promotedAt = ({ weights, outcome }: RehearsedRelease): number | undefined =>
  outcome === 'promoted' ? weights.at(-1)?.atMs : undefined

/** What did not go as it should; empty when all did. */
export const faults = ({ releases, traffic }: RehearsalResult): readonly string[] => [
  ...releases.filter((release) => !release.ok).map(({ version, title, outcome, reason }) => `${version} (${title}): ${outcome}. ${reason}`),
  ...(traffic.lost > 0 ? [`${traffic.lost} of ${traffic.sent} requests were lost.`] : []),
]
