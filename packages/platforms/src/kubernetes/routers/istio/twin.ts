import { isDeepStrictEqual } from 'node:util'
import { kinds, pathOf } from '../../api/index.ts'
import { ours } from '../../objects/labels.ts'
import type { RouterContext } from '../router.ts'
import { noneWhenUnknown } from '../weights/find-shared.ts'
import { hostOf, serviceOfHost } from './hosts.ts'
import type { DestinationRule } from './objects.ts'

/**
 * The canary's DestinationRule: what holds for connections to stable (TLS, pools, outliers, subsets with their own settings) holds for
 * the canary too. Its subsets select all of the canary's pods. It is there before a route names a subset of it, and goes after the last.
 */
export interface Twin {
  make(signal: AbortSignal): Promise<void>
  remove(signal: AbortSignal): Promise<void>
}

export const destinationRuleTwin = ({ client, namespace, services }: RouterContext): Twin => {
  const collection = pathOf(kinds.destinationRule, namespace)
  const path = pathOf(kinds.destinationRule, namespace, services.canary)

  return {
    make: async (signal) => {
      const { items } = await client.list<DestinationRule>(collection, { signal }).catch(noneWhenUnknown)
      const of = (service: string) => items.find(({ spec }) => serviceOfHost(spec.host, namespace, namespace) === service)
      const [rule, existing] = [of(services.stable), of(services.canary)]
      // Owners who have made one for the canary know best.
      if (rule === undefined || (existing !== undefined && !isOurs(existing))) return
      const spec: DestinationRule['spec'] = {
        ...rule.spec,
        host: hostOf(rule.spec.host, services.canary),
        ...(rule.spec.subsets !== undefined && { subsets: rule.spec.subsets.map(withoutLabels) }),
      }
      const { apiVersion, kind } = kinds.destinationRule
      const metadata = { name: services.canary, namespace, labels: { [ours.managedBy]: 'deploy-kit', [ours.track]: 'canary' } }
      if (existing === undefined) await client.create<DestinationRule>(collection, { apiVersion, kind, metadata, spec }, { signal })
      else if (!isDeepStrictEqual(existing.spec, spec)) await client.replace<DestinationRule>(path, { ...existing, spec }, { signal })
    },
    remove: async (signal) => {
      const existing = await client.get<DestinationRule>(path, { signal })
      if (existing !== undefined && isOurs(existing)) await client.remove(path, { signal })
    },
  }
}

const isOurs = ({ metadata }: DestinationRule): boolean => metadata?.labels?.[ours.managedBy] === 'deploy-kit'

const withoutLabels = ({ labels: _stables, ...subset }: NonNullable<DestinationRule['spec']['subsets']>[number]) => subset
