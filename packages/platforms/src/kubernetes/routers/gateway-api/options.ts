import { expected, keys, words } from '@deploy-kit/core/yaml'
import * as z from 'zod'

/** The part of a configuration that names a route: `router: { gateway-api: { route: shop } }`. */
export const gatewayApiOptions = keys({
  route: words.describe('Name of the route whose rules send traffic to the Service of the workload.'),
  kind: z
    .enum(['HTTPRoute', 'GRPCRoute'], { error: expected('HTTPRoute or GRPCRoute') })
    .default('HTTPRoute')
    .describe('Kind of the route.'),
})

export type GatewayApiOptions = z.output<typeof gatewayApiOptions>
