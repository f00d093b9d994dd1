import { KitError } from '@deploy-kit/core'
import { kinds, pathOf } from '../api/index.ts'
import type { Cluster } from '../cluster.ts'
import { prefix, selects, type Labels } from '../objects/labels.ts'
import type { Deployment, Service } from '../objects/models.ts'

/** Every Service that sends requests to the workload's pods. */
export const servicesOf = async (
  { client, namespace }: Cluster,
  workload: Deployment,
  signal: AbortSignal,
): Promise<readonly Service[]> => {
  const labels = workload.spec?.template.metadata?.labels ?? {}
  const { items } = await client.list<Service>(pathOf(kinds.service, namespace), { signal })
  return items.filter((service) => {
    const selector = selectorOf(service)
    return selector !== undefined && selects({ matchLabels: selector }, labels)
  })
}

/** On a Service that sends all of its traffic to the canary for now: what it selects otherwise. */
export const selectorBefore = `${prefix}/selector`

/** What a Service selects when all of its traffic is stable's; undefined for one that selects nothing. */
export const selectorOf = ({ metadata, spec }: Service): Labels | undefined => {
  const before = metadata?.annotations?.[selectorBefore]
  return before === undefined ? spec?.selector : (JSON.parse(before) as Labels)
}

/**
 * The Service that the router sends stable's traffic to: the one that is named, else the only one that selects the pods.
 * @throws KitError `workload-service-unclear` naming those that there are
 */
export const frontService = (services: readonly Service[], { options }: Pick<Cluster, 'options'>): Service => {
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
