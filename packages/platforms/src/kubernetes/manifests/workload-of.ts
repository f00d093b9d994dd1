import { KitError } from '@deploy-kit/core'
import type { Deployment } from '../objects/models.ts'
import { calledObject, type Manifest } from './manifest.ts'

/** Manifests, with the workload that is released told from the rest. */
export interface WorkloadManifests {
  readonly workload: Manifest & { readonly object: Deployment & Manifest['object'] }
  readonly others: readonly Manifest[]
}

/**
 * Finds the released workload among manifests.
 * @param workload `deployment/shop`
 * @throws KitError `manifests-invalid` naming the workloads that are there
 */
export const workloadOf = (manifests: readonly Manifest[], workload: string, namespace: string): WorkloadManifests => {
  const [kind = '', name = ''] = workload.split('/', 2)
  const isIt = ({ object }: Manifest): boolean =>
    object.apiVersion === 'apps/v1' &&
    object.kind.toLowerCase() === kind &&
    object.metadata?.name === name &&
    (object.metadata.namespace ?? namespace) === namespace
  const found = manifests.find(isIt)
  if (found === undefined) {
    const there = manifests
      .filter(({ object }) => /^(?:Deployment|StatefulSet|DaemonSet)$/.test(object.kind))
      .map(({ object, where }) => `${calledObject(object)} (${where})`)
    throw new KitError(
      'manifests-invalid',
      `The manifests hold no ${workload} of apps/v1 in ${namespace}. The workloads that they hold: ${there.join(', ') || 'none'}.`,
    )
  }
  const object = found.object as Deployment & Manifest['object']
  if (object.spec?.template?.spec?.containers === undefined || object.spec.selector === undefined)
    throw new KitError('manifests-invalid', `${workload} lacks spec.selector or spec.template.spec.containers.`, { where: found.where })
  return { workload: { ...found, object }, others: manifests.filter((manifest) => manifest !== found) }
}
