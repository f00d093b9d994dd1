import { disjointLabels } from '../objects/disjoint-labels.ts'
import { ours, prefix, type LabelSelector } from '../objects/labels.ts'
import { withOwnSelectors } from '../objects/own-selectors.ts'
import { asLabel, suffixed } from '../objects/names.ts'
import type { Deployment, PodTemplate, Service, ServicePort } from '../objects/models.ts'

export interface CanaryRequest {
  readonly app: string
  readonly namespace: string
  /** The workload of the release, as it will be when it is promoted. */
  readonly workload: Deployment
  /** Service that the router sends stable's traffic to; undefined where no Service is in front. */
  readonly service: Service | undefined
  /** Selectors of everything that must not reach the canary: Services, and stable's own workload. */
  readonly avoid: readonly LabelSelector[]
  readonly replicas: number
  /** Whether it will have traffic: there is a stable side to share with, and it is more than a preview. */
  readonly routed: boolean
}

export const canaryNameOf = (workload: string): string => suffixed(workload, '-canary')

const shared = (app: string): Record<string, string> => ({
  [ours.managedBy]: 'deploy-kit',
  [ours.app]: asLabel(app),
  [ours.track]: 'canary',
})

/** On the canary of a first release, and on one that is a preview alone: no route knows it. */
const unrouted = `${prefix}/unrouted`

/** Whether a canary can have traffic at all. */
export const isRouted = (canary: Deployment): boolean => canary.metadata?.labels?.[unrouted] === undefined

/** The canary's Deployment: the template of the release with other labels, and a selector of its own. */
export const canaryDeployment = ({ app, namespace, workload, avoid, replicas, routed }: CanaryRequest): Deployment => {
  const name = canaryNameOf(workload.metadata?.name ?? '')
  const template = workload.spec?.template ?? {}
  const labels = disjointLabels(template.metadata?.labels ?? {}, avoid)
  const { minReadySeconds, progressDeadlineSeconds } = workload.spec ?? {}
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace, labels: { ...workload.metadata?.labels, ...shared(app), ...(!routed && { [unrouted]: 'true' }) } },
    spec: {
      replicas,
      revisionHistoryLimit: 1,
      ...(minReadySeconds !== undefined && { minReadySeconds }),
      ...(progressDeadlineSeconds !== undefined && { progressDeadlineSeconds }),
      selector: {
        matchLabels: { [ours.app]: asLabel(app), [ours.track]: 'canary', [`${ours.track}-of`]: asLabel(workload.metadata?.name ?? '') },
      },
      template: {
        ...template,
        metadata: {
          ...(template.metadata?.annotations !== undefined && { annotations: template.metadata.annotations }),
          labels: { ...labels, [ours.app]: asLabel(app), [`${ours.track}-of`]: asLabel(workload.metadata?.name ?? '') },
        },
        ...(template.spec !== undefined && { spec: withOwnSelectors(template.spec, template.metadata?.labels ?? {}, labels) }),
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
