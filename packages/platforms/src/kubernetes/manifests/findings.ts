import { KitError } from '@deploy-kit/core'
import type { Finding, Plan } from '@deploy-kit/rollout'
import { kinds, pathOf, type KubeObject } from '../api/index.ts'
import type { Cluster } from '../cluster.ts'
import { canonical } from '../objects/hash.ts'
import type { Blueprint } from '../snapshots/blueprint.ts'
import { workloadKindOf } from '../workload/workload-kind.ts'
import { nameOf } from '../workload/observe.ts'
import type { Deployment } from '../objects/models.ts'
import { isDefinedBy } from './discovery.ts'
import { conflictsIn } from './field-managers.ts'
import { imageFinding } from './image-finding.ts'
import { isJob } from '../jobs/compose-jobs.ts'
import { asNext, pathOfJob } from '../jobs/job-object.ts'
import { calledObject, groupOf, identityOf } from './manifest.ts'

/**
 * What stands against bringing a release into the cluster: it is not kept any more, reads what is not there, changes what cannot be changed,
 * sets fields of others, or is refused by the server in a dry run. Changes nothing.
 */
export const releaseFindings = async (
  cluster: Cluster,
  { release, kind }: Pick<Plan, 'release' | 'kind'>,
  live: Deployment | undefined,
  signal: AbortSignal,
): Promise<readonly Finding[]> => {
  const blueprint = await cluster.releases.blueprint(release, signal).catch((error: unknown) => {
    if (error instanceof KitError && error.code === 'release-not-kept') return error
    throw error
  })
  // Only what comes back must be kept; a look without a release has none that could be.
  if (blueprint instanceof KitError)
    return kind === 'rollback' ? [{ severity: 'error', code: blueprint.code, message: blueprint.message }] : []
  const before = [...missing(cluster, blueprint), ...selector(blueprint, live)]
  if (before.some(({ severity }) => severity === 'error')) return before
  const found = await Promise.all([imageFinding(release, signal), refusals(cluster, blueprint, signal)])
  return [...before, ...found.flat()]
}

const missing = (cluster: Cluster, { release, objects }: Blueprint): readonly Finding[] => {
  // Objects of other controllers, such as an ExternalSecret, may make what is missing.
  const mayCome = objects.some(({ apiVersion = '' }) => groupOf(apiVersion).includes('.') && !groupOf(apiVersion).endsWith('k8s.io'))
  return (cluster.releases.composed(release)?.missing ?? []).map(({ kind, name, by }) => ({
    severity: mayCome ? 'warning' : 'error',
    code: 'configuration-missing',
    message: `The ${kind} ${name} is neither in ${cluster.namespace} nor in the manifests; ${by} reads it.`,
  }))
}

const selector = ({ workload }: Blueprint, live: Deployment | undefined): readonly Finding[] => {
  const [wanted, has] = [workload.spec?.selector, live?.spec?.selector]
  if (live === undefined || canonical(wanted) === canonical(has)) return []
  const message = `${calledObject(live)} selects ${canonical(has)}; the release would have it select ${canonical(wanted)}.`
  return [{ severity: 'error', code: 'selector-immutable', message }]
}

/** What the server says to each object of the release that it does not take, and to each field that is somebody else's. */
const refusals = async (cluster: Cluster, blueprint: Blueprint, signal: AbortSignal): Promise<readonly Finding[]> => {
  const { client, namespace, options, releases } = cluster
  // What comes back is what it was: no files are asked for it, and it takes its fields, or nobody could go back.
  const isNew = blueprint.origin === 'manifests' && releases.composed(blueprint.release) !== undefined
  const loaded = isNew ? await releases.manifests(signal) : undefined
  const places = new Map(
    (loaded === undefined ? [] : [loaded.workload, ...loaded.others]).map(({ object, where }) => [identityOf(object), where]),
  )
  const workload = pathOf(kinds[workloadKindOf(options)], namespace, nameOf(cluster))
  const dryRun = async (object: KubeObject, path: string, sent = object): Promise<readonly Finding[]> => {
    const where = places.get(identityOf(object))
    const told = (text: string): string => `${calledObject(object)}${where === undefined ? '' : ` (${where})`}: ${text}`
    try {
      await client.apply(path, sent, { signal, force: !isNew, query: { dryRun: 'All' } })
      return []
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof KitError)) throw error
      // What this user may not do is told by the look at the permissions, all of it at once.
      if (error.code === 'cluster-forbidden') return []
      if (error.code !== 'cluster-conflict') return [{ severity: 'error', code: error.code, message: told(error.message) }]
      const conflicts = conflictsIn(error.message).map(({ manager, field }) => `${field} (${manager})`)
      const severity = options['force-conflicts'] ? 'warning' : 'error'
      return conflicts.length === 0 ? [] : [{ severity, code: 'field-conflict', message: told(`others manage ${conflicts.join(', ')}.`) }]
    }
  }
  const others = blueprint.origin === 'manifests' ? blueprint.objects.filter((object) => !isJob(object)) : []
  const jobs = releases.composed(blueprint.release)?.jobs ?? []
  const answers = await Promise.all([
    dryRun(blueprint.workload, workload),
    ...jobs.map((job) => dryRun(job, pathOfJob(asNext(job), namespace), asNext(job))),
    ...others.map(async (object) => {
      // Of a kind that comes with the manifests nothing is known yet.
      if ((await releases.companions.discovery.find(object, signal)) !== undefined)
        return dryRun(object, await releases.companions.discovery.path(object, signal))
      if (isDefinedBy(others, object)) return []
      const finding: Finding = {
        severity: 'error',
        code: 'cluster-object-missing',
        message: `The cluster does not know the kind ${object.kind ?? ''} of ${object.apiVersion ?? ''}, of ${calledObject(object)}.`,
      }
      return [finding]
    }),
  ])
  return answers.flat()
}
