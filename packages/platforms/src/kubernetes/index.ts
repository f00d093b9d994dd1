import { parseDuration } from '@deploy-kit/core'
import type { Platform } from '@deploy-kit/rollout'
import type { PlatformContext } from '../platform-module.ts'
import { connect, kubeClient, loadKubeConfig } from './api/index.ts'
import type { Cluster } from './cluster.ts'
import { kubernetesDocuments } from './documents/documents.ts'
import { leaseGuard } from './documents/lease-guard.ts'
import { requireReachable } from './endpoint/endpoint.ts'
import { forwarder } from './endpoint/forwarder.ts'
import { changesOf } from './manifests/changes.ts'
import { podCounts } from './metrics/pod-counts.ts'
import { helmReleases } from './helm/releases.ts'
import type { KubernetesOptions } from './options.ts'
import type { Place } from './place.ts'
import { preflight } from './preflight/index.ts'
import { printedRole } from './role/printed-role.ts'
import { openRouter } from './routers/open-router.ts'
import { historyOf } from './snapshots/history.ts'
import { releasesOf } from './snapshots/releases.ts'
import { rollingTarget } from './rolling-target.ts'
import { deploymentTarget } from './target.ts'
import { observation } from './workload/observe.ts'
import { workloadKindOf } from './workload/workload-kind.ts'

/** Opens a workload in a cluster. Nothing is contacted before it is used. */
export const open = async (options: KubernetesOptions, { app, environment, holder, log, clock }: PlatformContext): Promise<Platform> => {
  const { namespace } = options
  requireReachable(options)
  const connection = connect(
    loadKubeConfig({ kubeconfig: options.kubeconfig, context: options.context, insecure: options['insecure-skip-tls-verify'] }, log, clock),
  )
  const client = kubeClient(connection, clock)
  const guard = leaseGuard(kubernetesDocuments({ client, namespace, app, environment, clock }), holder)
  const place: Place = {
    client,
    app,
    namespace,
    options,
    guard,
    clock,
    log,
    readyWithinMs: parseDuration(options['ready-within']) ?? 0,
    scheduleWithinMs: parseDuration(options['schedule-within']) ?? 0,
    drainMs: parseDuration(options.drain) ?? 0,
    jobWithinMs: parseDuration(options['job-within']) ?? 0,
  }
  const plain = releasesOf(place)
  const cluster: Cluster = {
    ...place,
    router: openRouter(place),
    releases: options.helm === undefined ? plain : helmReleases(place, options.helm, plain),
  }
  const looking = observation(cluster)
  return {
    name: 'kubernetes',
    target: (workloadKindOf(options) === 'deployment' ? deploymentTarget : rollingTarget)(cluster, looking, forwarder(connection, log)),
    documents: guard.documents,
    complete: (release, signal) => cluster.releases.complete(release, signal),
    preflight: preflight(cluster, environment),
    history: (signal) => historyOf(cluster, signal),
    changes: ({ release }, signal) => changesOf(cluster, release, signal),
    permissions: (signal) => printedRole(cluster, environment, signal),
    ...(options.metrics !== undefined && {
      counts: podCounts({ client, namespace, metrics: options.metrics, observation: looking, clock }),
    }),
  }
}
