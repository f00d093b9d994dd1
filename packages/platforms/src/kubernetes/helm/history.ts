import type { Release } from '@deploy-kit/rollout'
import type { Helm } from './program.ts'

/** A revision of a Helm release (`helm history -o json`). */
export interface HelmRevision {
  readonly revision: number
  /** RFC 3339. */
  readonly updated: string
  readonly status: string
  readonly chart: string
  readonly description: string
}

/** All revisions that Helm keeps, the newest last. @throws KitError `helm-failed` when there is no such release */
export const historyOf = async (helm: Helm, release: string, signal: AbortSignal): Promise<readonly HelmRevision[]> =>
  (JSON.parse(await helm.run(['history', release, '--output', 'json', '--max', '256'], signal)) as readonly HelmRevision[]).toSorted(
    (a, b) => a.revision - b.revision,
  )

/** What deploy-kit writes as the description of a revision, so that it is found again. */
export const markOf = ({ digest, configuration }: Release): string => `deploy-kit ${digest} ${configuration}`

/** The newest revision that was made for a release; one that Helm rolled back to is made for what that one was. */
export const revisionFor = (history: readonly HelmRevision[], release: Release): HelmRevision | undefined => {
  const markIn = ({ description }: HelmRevision): string => {
    const [, to] = /^Rollback to (\d+)$/.exec(description) ?? []
    const before = to === undefined ? undefined : history.find(({ revision }) => revision === Number(to))
    return before === undefined ? description : markIn(before)
  }
  return history.findLast((each) => (each.status === 'deployed' || each.status === 'superseded') && markIn(each) === markOf(release))
}

/** The revision that an interrupted helm has left pending, and the last one before it that was carried out; undefined when none is pending. */
export const stuckIn = (history: readonly HelmRevision[]): { readonly pending: HelmRevision; readonly good: HelmRevision } | undefined => {
  const pending = history.at(-1)
  if (pending?.status.startsWith('pending-') !== true) return undefined
  const carriedOut = history.findLast(({ status }) => status === 'deployed') ?? history.findLast(({ status }) => status === 'superseded')
  // Of a first installation there is nothing before it: what it holds is then applied once more.
  return { pending, good: carriedOut ?? pending }
}
