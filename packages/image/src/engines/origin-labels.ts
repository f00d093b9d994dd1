import type { BuildRequest } from './build-engine.ts'

/** The keys under which images say what they were made from (OCI image specification, annotations.md). */
const standard = 'org.opencontainers.image.'
export const originKeys: ReadonlySet<string> = new Set(['revision', 'source', 'version', 'created'].map((key) => standard + key))

/** RFC 3339 with whole seconds. */
export const timestamp = (epochSeconds: number): string => new Date(epochSeconds * 1000).toISOString().replace('.000Z', 'Z')

/** What is known of the origin of an image, as labels. `created` is the time of the commit, so that it is the same in every build. */
export const originLabels = (request: Pick<BuildRequest, 'origin' | 'sourceDateEpoch'>): Readonly<Record<string, string>> => {
  const { revision, source, version } = request.origin ?? {}
  const known = { revision, source, version, created: timestamp(request.sourceDateEpoch) }
  const given = Object.entries(known).flatMap(([key, value]) => (value === undefined ? [] : [[`${standard}${key}`, value] as const]))
  return Object.fromEntries(given)
}
