import { expected, keys, words } from '@deploy-kit/core/yaml'
import * as z from 'zod'

/** `router: { alb: { ingress: shop } }`. */
export const albOptions = keys({
  ingress: words.optional().describe('Name of the Ingress. Default: every one whose forward action names the Service.'),
  region: words.optional().describe('AWS region of the load balancer. Default: the one in its host name.'),
  endpoint: z
    .url({ protocol: /^https?$/, error: expected('an address') })
    .optional()
    .describe('Address of Elastic Load Balancing where it is not that of the region, such as a VPC endpoint.'),
})

export type AlbOptions = z.output<typeof albOptions>
