import type { Release } from '@deploy-kit/rollout'
import { disjointLabels } from '../objects/disjoint-labels.ts'
import { ours, type LabelSelector } from '../objects/labels.ts'
import { asLabel, suffixed } from '../objects/names.ts'
import { withRelease } from './template.ts'
import type { Deployment, PodTemplate, Service, ServicePort } from '../objects/models.ts'

export interface CanaryRequest {
  readonly app: string
  readonly namespace: string
  readonly stable: Deployment
  /** Service that the router sends stable's traffic to; undefined where no Service is in front. */
  readonly service: Service | undefined
  /** Selectors of everything that must not reach the canary: Services, and stable's own workload. */
  readonly avoid: readonly LabelSelector[]
  readonly release: Release
  readonly container: string | undefined
  readonly replicas: number
}

export const canaryNameOf = (workload: string): string => suffixed(workload, '-canary')

const shared = (app: string): Record<string, string> => ({
  [ours.managedBy]: 'deploy-kit',
  [ours.app]: asLabel(app),
  [ours.track]: 'canary',
})

/** The canary's Deployment: stable's template with another image and labels, and a selector of its own. */
export const canaryDeployment = ({ app, namespace, stable, avoid, release, container, replicas }: CanaryRequest): Deployment => {
  const name = canaryNameOf(stable.metadata?.name ?? '')
  const labels = disjointLabels(stable.spec?.template.metadata?.labels ?? {}, avoid)
  const template = withRelease(stable, release, container)
  const { minReadySeconds, progressDeadlineSeconds } = stable.spec ?? {}
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace, labels: { ...stable.metadata?.labels, ...shared(app) } },
    spec: {
      replicas,
      revisionHistoryLimit: 1,
      ...(minReadySeconds !== undefined && { minReadySeconds }),
      ...(progressDeadlineSeconds !== undefined && { progressDeadlineSeconds }),
      selector: {
        matchLabels: { [ours.app]: asLabel(app), [ours.track]: 'canary', [`${ours.track}-of`]: asLabel(stable.metadata?.name ?? '') },
      },
      template: {
        ...template,
        metadata: {
          ...(template.metadata?.annotations !== undefined && { annotations: template.metadata.annotations }),
          labels: { ...labels, [ours.app]: asLabel(app), [`${ours.track}-of`]: asLabel(stable.metadata?.name ?? '') },
        },
      } satisfies PodTemplate,
    },
  }
}

/** The canary's Service: the ports of stable's, and the canary's pods. */
export const canaryService = (service: Service, deployment: Deployment, { app, namespace }: CanaryRequest): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: suffixed(service.metadata?.name ?? '', '-canary'), namespace, labels: { ...service.metadata?.labels, ...shared(app) } },
  spec: {
    ...(service.spec?.sessionAffinity !== undefined && { sessionAffinity: service.spec.sessionAffinity }),
    selector: deployment.spec?.selector.matchLabels ?? {},
    ports: (service.spec?.ports ?? []).map(withoutNodePort),
  },
})

/** A node port belongs to one Service; the cluster gives the canary's another one where it needs one. */
const withoutNodePort = (port: ServicePort): ServicePort =>
  Object.fromEntries(Object.entries(port).filter(([key]) => key !== 'nodePort')) as unknown as ServicePort
