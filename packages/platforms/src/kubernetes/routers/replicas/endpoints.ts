import { KitError } from '@deploy-kit/core'
import { kinds, pathOf, type KubeObject } from '../../api/index.ts'
import type { Pod } from '../../objects/models.ts'
import type { RouterContext } from '../router.ts'

interface EndpointSlice extends KubeObject {
  readonly endpoints?: readonly {
    readonly conditions?: { readonly ready?: boolean }
    readonly targetRef?: { readonly kind?: string; readonly name?: string }
  }[]
}

const pollMs = 50

/**
 * Returns when the cluster has the pods among the endpoints of stable's Service, ready for traffic. Nodes follow in milliseconds,
 * which nothing reports. @throws KitError `route-not-accepted`
 */
export const awaitEndpoints = async (
  { client, namespace, services, clock, withinMs }: RouterContext,
  pods: readonly Pod[],
  signal: AbortSignal,
): Promise<void> => {
  const deadline = clock.now() + withinMs
  const query = { labelSelector: `kubernetes.io/service-name=${services.stable}` }
  for (;;) {
    const { items } = await client.list<EndpointSlice>(pathOf(kinds.endpointSlice, namespace), { signal, query })
    const ready = new Set(
      items
        .flatMap(({ endpoints }) => endpoints ?? [])
        .flatMap(({ conditions, targetRef }) => (conditions?.ready === false ? [] : [targetRef?.name])),
    )
    const missing = pods.filter(({ metadata }) => !ready.has(metadata?.name)).map(({ metadata }) => metadata?.name)
    if (missing.length === 0) return
    if (clock.now() > deadline)
      throw new KitError('route-not-accepted', `The Service ${services.stable} has no endpoints for ${missing.join(', ')}.`)
    await clock.sleep(pollMs, signal)
  }
}
