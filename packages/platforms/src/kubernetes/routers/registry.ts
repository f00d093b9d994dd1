import type { z } from 'zod'
import { keys } from '@deploy-kit/core/yaml'
import { albOptions } from './alb/options.ts'
import { contourOptions } from './contour/options.ts'
import { gatewayApiOptions } from './gateway-api/options.ts'
import { istioOptions } from './istio/options.ts'
import { linkerdOptions } from './linkerd/options.ts'
import { nginxOptions } from './nginx/options.ts'
import type { RouterModule } from './router.ts'
import { traefikOptions } from './traefik/options.ts'

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
  istio: router({ load: () => import('./istio/index.ts'), options: istioOptions, group: 'networking.istio.io' }),
  linkerd: router({ load: () => import('./linkerd/index.ts'), options: linkerdOptions }),
  traefik: router({ load: () => import('./traefik/index.ts'), options: traefikOptions, group: 'traefik.io' }),
  contour: router({ load: () => import('./contour/index.ts'), options: contourOptions, group: 'projectcontour.io' }),
  alb: router({ load: () => import('./alb/index.ts'), options: albOptions, group: 'networking.k8s.io' }),
  nginx: router({ load: () => import('./nginx/index.ts'), options: nginxOptions, group: 'networking.k8s.io' }),
  smi: router({ load: () => import('./smi/index.ts'), options: keys({}), group: 'split.smi-spec.io' }),
  replicas: router({ load: () => import('./replicas/index.ts'), options: keys({}) }),
  none: router({ load: () => import('./none/index.ts'), options: keys({}) }),
}

export type RouterName = keyof typeof registry
