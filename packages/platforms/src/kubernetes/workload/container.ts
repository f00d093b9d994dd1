import { KitError } from '@deploy-kit/core'
import type { Container, Deployment } from '../objects/models.ts'

/**
 * The container that a release is about: the one that is named, else the only one.
 * @throws KitError `workload-container-unclear` listing the containers
 */
export const containerOf = (workload: Deployment, named: string | undefined): Container => {
  const containers = workload.spec?.template.spec?.containers ?? []
  const found = named === undefined ? (containers.length === 1 ? containers[0] : undefined) : containers.find(({ name }) => name === named)
  if (found !== undefined) return found
  const names = containers.map(({ name }) => name).join(', ')
  const of = `${workload.kind ?? 'workload'} ${workload.metadata?.name ?? ''}`.trim()
  throw new KitError(
    'workload-container-unclear',
    named === undefined
      ? `${of} has the containers ${names}, and \`container\` does not say which one is released.`
      : `${of} has no container \`${named}\`. Allowed: ${names}.`,
  )
}
