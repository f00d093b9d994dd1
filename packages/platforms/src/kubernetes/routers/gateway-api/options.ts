import { expected, keys, words } from '@deploy-kit/core/yaml'
import * as z from 'zod'
import { headerOptions } from '../header-options.ts'

/** `router: { gateway-api: { route: shop } }`. */
export const gatewayApiOptions = keys({
  route: words.optional().describe('Name of the route. Default: every route in its namespace that sends traffic to the Service.'),
  kind: z
    .enum(['HTTPRoute', 'GRPCRoute'], { error: expected('HTTPRoute or GRPCRoute') })
    .optional()
    .describe('Kind of the route. Default: `HTTPRoute` for one that is named, else both.'),
  namespace: words.optional().describe('Namespace of the route, where it is not that of the workload.'),
  ...headerOptions,
})

export type GatewayApiOptions = z.output<typeof gatewayApiOptions>
