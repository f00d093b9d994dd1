import type { z } from 'zod'
import { keys } from '@deploy-kit/core/yaml'
import { gatewayApiOptions } from './gateway-api/options.ts'
import type { RouterModule } from './router.ts'

interface Entry<S extends z.ZodType> {
  /** Loads it when it is used. */
  readonly load: () => Promise<RouterModule<z.output<S>>>
  readonly options: S
  /** API group of its objects, where it can be found in use. */
  readonly group?: string
}

/** Ties a router's options to its module. */
const router = <S extends z.ZodType>(entry: Entry<S>): Entry<S> => entry

/** One entry per router. */
export const registry = {
  'gateway-api': router({
    load: () => import('./gateway-api/index.ts'),
    options: gatewayApiOptions,
    group: 'gateway.networking.k8s.io',
  }),
  smi: router({ load: () => import('./smi/index.ts'), options: keys({}), group: 'split.smi-spec.io' }),
  replicas: router({ load: () => import('./replicas/index.ts'), options: keys({}) }),
  none: router({ load: () => import('./none/index.ts'), options: keys({}) }),
}

export type RouterName = keyof typeof registry
