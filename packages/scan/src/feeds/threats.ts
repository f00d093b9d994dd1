import type { Finding } from '../report/finding.ts'
import { readEpss } from './epss.ts'
import { readExploited } from './kev.ts'

/** Feeds that say how dangerous a weakness is beside its severity. Files, so that a gate asks no server. */
export interface Feeds {
  /** CISA's catalogue of known exploited weaknesses, JSON. */
  readonly exploited?: string
  /** FIRST's EPSS scores, CSV or gzipped CSV. */
  readonly epss?: string
}

/** How old each feed is, as it says itself. */
export interface FeedDates {
  readonly exploited?: string
  readonly epss?: string
}

/**
 * Findings with what the feeds know about them, under any of their names.
 * @throws KitError `feed-invalid`
 */
export const withThreats = async (
  findings: readonly Finding[],
  feeds: Feeds,
): Promise<{ readonly findings: readonly Finding[]; readonly dates: FeedDates }> => {
  if (feeds.exploited === undefined && feeds.epss === undefined) return { findings, dates: {} }
  const wanted = new Set(findings.flatMap(namesOf))
  const [exploited, epss] = await Promise.all([
    feeds.exploited === undefined ? undefined : readExploited(feeds.exploited),
    feeds.epss === undefined ? undefined : readEpss(feeds.epss, wanted),
  ])
  return {
    findings: findings.map((finding) => {
      if (finding.kind !== 'vulnerability') return finding
      const names = namesOf(finding)
      const scores = names.flatMap((name) => epss?.scores.get(name) ?? [])
      return {
        ...finding,
        ...(names.some((name) => exploited?.ids.has(name)) && { exploited: true as const }),
        ...(scores.length > 0 && { epss: Math.max(...scores) }),
      }
    }),
    dates: {
      ...(exploited !== undefined && { exploited: exploited.releasedAt }),
      ...(epss !== undefined && { epss: epss.releasedAt }),
    },
  }
}

const namesOf = (finding: Finding): readonly string[] => (finding.kind === 'vulnerability' ? [finding.id, ...(finding.aliases ?? [])] : [])
