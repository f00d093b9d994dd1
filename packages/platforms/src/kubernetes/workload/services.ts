import { KitError } from '@deploy-kit/core'
import { kinds, pathOf, type KubeObject } from '../api/index.ts'
import type { Place } from '../place.ts'
import { canonical } from '../objects/hash.ts'
import { ours, selects, selectorText, type LabelSelector } from '../objects/labels.ts'
import { asLabel } from '../objects/names.ts'
import { selectorOf } from '../objects/service-selector.ts'
import type { Blueprint } from '../snapshots/blueprint.ts'
import type { Deployment, Service } from '../objects/models.ts'

/** Every Service that sends requests to the workload's pods. */
export const servicesOf = async ({ client, namespace }: Place, workload: Deployment, signal: AbortSignal): Promise<readonly Service[]> => {
  const { items } = await client.list<Service>(pathOf(kinds.service, namespace), { signal })
  return inFrontOf(workload, items)
}

/** Those of some Services that send requests to the workload's pods, or do when all of their traffic is stable's. */
export const inFrontOf = (workload: Deployment, services: readonly Service[]): readonly Service[] => {
  const labels = workload.spec?.template.metadata?.labels ?? {}
  return services.filter((service) => {
    const selector = selectorOf(service)
    return selector !== undefined && selects({ matchLabels: selector }, labels)
  })
}

/** Everything that must not select the canary's pods: the Services in front of stable, and stable's workload as it is and as it will be. */
export const selectorsOfStable = (services: readonly Service[], ...workloads: readonly Deployment[]): readonly LabelSelector[] => [
  ...services.map((service) => ({ matchLabels: selectorOf(service) ?? {} })),
  ...workloads.map(({ spec }) => spec?.selector ?? {}),
]

/** Every Service that will send requests to the pods of a release: those of its manifests are as they will be. */
export const servicesOfRelease = async (
  cluster: Place,
  { workload, objects }: Blueprint,
  signal: AbortSignal,
): Promise<readonly Service[]> => {
  const brought = objects.filter((object): object is Service & KubeObject => object.apiVersion === 'v1' && object.kind === 'Service')
  const names = new Set(brought.map(({ metadata }) => metadata?.name))
  const live = (await servicesOf(cluster, workload, signal)).filter(({ metadata }) => !names.has(metadata?.name))
  return [...inFrontOf(workload, brought), ...live]
}

/** The Services that send requests to the canary's pods alone. */
export const servicesOfCanary = async (
  { client, namespace, app }: Place,
  canary: Deployment | undefined,
  signal: AbortSignal,
): Promise<readonly Service[]> => {
  const query = { labelSelector: selectorText({ matchLabels: { [ours.app]: asLabel(app), [ours.track]: 'canary' } }) }
  const { items } = await client.list<Service>(pathOf(kinds.service, namespace), { signal, query })
  return items.filter(({ spec }) => canonical(spec?.selector) === canonical(canary?.spec?.selector.matchLabels))
}

/**
 * The Service that the router sends stable's traffic to: the one that is named, else the only one that selects the pods.
 * @throws KitError `workload-service-unclear` naming those that there are
 */
export const frontService = (services: readonly Service[], { options }: Pick<Place, 'options'>): Service => {
  const found =
    options.service === undefined
      ? services.length === 1
        ? services[0]
        : undefined
      : services.find(({ metadata }) => metadata?.name === options.service)
  if (found !== undefined) return found
  const names = services.map(({ metadata }) => metadata?.name).join(', ') || 'none'
  throw new KitError(
    'workload-service-unclear',
    options.service === undefined
      ? `The pods of ${options.workload} are selected by these Services: ${names}. \`service\` must name the one that the router uses.`
      : `The Service \`${options.service}\` does not select the pods of ${options.workload}. Those that do: ${names}.`,
  )
}
