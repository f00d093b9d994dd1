import { KitError } from '@deploy-kit/core'
import type { Finding, Plan, Platform } from '@deploy-kit/rollout'
import { orNone, kinds, pathOf, type KubeObject } from '../api/index.ts'
import { isTarget } from '../autoscaling/autoscalers.ts'
import type { Cluster } from '../cluster.ts'
import { releaseFindings } from '../manifests/findings.ts'
import type { Deployment } from '../objects/models.ts'
import { nameOf } from '../workload/observe.ts'
import { dryRun } from './dry-run.ts'
import { helmFindings } from './helm.ts'
import { missingPermissions } from './permissions.ts'
import { readSituation } from './read-situation.ts'
import type { Subject } from './subject.ts'
import { autoscaling } from './subjects/autoscaling.ts'
import { controllers } from './subjects/controllers.ts'
import { owners } from './subjects/owners.ts'
import { quota } from './subjects/quota.ts'
import { resilience } from './subjects/resilience.ts'
import { seenDifferently } from './subjects/seen-differently.ts'
import { surge } from './subjects/surge.ts'
import { weights } from './subjects/weights.ts'
import { workload } from './subjects/workload.ts'

/** One line per subject. */
const subjects: readonly Subject[] = [workload, owners, controllers, weights, surge, quota, autoscaling, seenDifferently, resilience]

/** Looks at the cluster before anything is touched. The plan decides what there will be: a `rolling` release makes no canary. */
export const preflight =
  (cluster: Cluster, environment: string): NonNullable<Platform['preflight']> =>
  async (plan, signal) => {
    const { client, namespace, options } = cluster
    const kind = workloadKinds[options.workload.split('/')[0] ?? ''] ?? kinds.deployment
    const stable = await orNone(client.get<Deployment>(pathOf(kind, namespace, nameOf(cluster)), { signal }), undefined)
    const objects = await keptObjects(cluster, plan, signal)
    if (stable === undefined) {
      const lacking = missingPermissions(cluster, environment, signal, { objects })
      return bySeverity((await Promise.all([lacking, releaseFindings(cluster, plan, stable, signal)])).flat())
    }
    const { situation, findings } = await readSituation(stable, plan, cluster, signal)
    const [release, helm, denied, refused] = await Promise.all([
      releaseFindings(cluster, plan, stable, signal),
      helmFindings(cluster, signal),
      missingPermissions(cluster, environment, signal, {
        front: situation.front?.metadata?.name,
        autoscalers: situation.autoscalers
          .filter(({ spec }) => isTarget(spec?.scaleTargetRef, stable))
          .map(({ metadata }) => metadata?.name ?? ''),
        objects,
      }),
      findings.some(({ severity }) => severity === 'error') ? [] : dryRun(situation, cluster, signal),
    ])
    return bySeverity(
      unique([...helm, ...denied, ...release, ...findings, ...refused, ...subjects.flatMap((subject) => subject(situation))]),
    )
  }

/** What a release brought that comes back, whose files may be gone. That it is not kept is told by the look at the release. */
const keptObjects = async (cluster: Cluster, { release, kind }: Plan, signal: AbortSignal): Promise<readonly KubeObject[] | undefined> => {
  if (kind !== 'rollback' || cluster.options.helm !== undefined) return undefined
  const blueprint = await cluster.releases.blueprint(release, signal).catch((error: unknown) => {
    if (error instanceof KitError && error.code === 'release-not-kept') return undefined
    throw error
  })
  return blueprint?.objects ?? []
}

const workloadKinds: Readonly<Record<string, (typeof kinds)['deployment' | 'statefulSet' | 'daemonSet']>> = {
  deployment: kinds.deployment,
  statefulset: kinds.statefulSet,
  daemonset: kinds.daemonSet,
}

const order = ['error', 'warning', 'advice'] as const

const bySeverity = (findings: readonly Finding[]): readonly Finding[] =>
  findings.toSorted((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity))

/** Two looks may meet the same fault. */
const unique = (findings: readonly Finding[]): readonly Finding[] => [
  ...new Map(findings.map((finding) => [`${finding.code} ${finding.message}`, finding])).values(),
]
