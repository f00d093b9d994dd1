import { keys, words } from '@deploy-kit/core/yaml'
import type { z } from 'zod'
import { headerOptions } from '../header-options.ts'

/** `router: { istio: { virtual-service: shop, route: main } }`. */
export const istioOptions = keys({
  'virtual-service': words
    .optional()
    .describe('Name of the VirtualService. Default: every one in its namespace that sends traffic to the Service.'),
  namespace: words.optional().describe('Namespace of the VirtualService, where it is not that of the workload.'),
  route: words.optional().describe('Name of the HTTP route in it. Default: every one that sends traffic to the Service.'),
  subset: words.optional().describe("Subset of the DestinationRule that stable's pods are, where the routes name several of the Service."),
  ...headerOptions,
})

export type IstioOptions = z.output<typeof istioOptions>
