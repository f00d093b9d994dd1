import { expected, keys } from '@deploy-kit/core/yaml'
import * as z from 'zod'
import { gatewayApiOptions } from './gateway-api/options.ts'

export type { Router, RouterContext, RouterModule } from './router.ts'

/** One line per router. Each is loaded when it is used. */
export const routers = {
  'gateway-api': () => import('./gateway-api/index.ts'),
}

/** `router: { gateway-api: { route: shop } }`: one router with its options. */
export const routerOptions = z.union([keys({ 'gateway-api': gatewayApiOptions })], {
  error: expected('one of the routers gateway-api with its options'),
})

export type RouterName = keyof typeof routers
