import { expected, keys, words } from '@deploy-kit/core/yaml'
import * as z from 'zod'
import { headerOptions } from '../header-options.ts'

/** `router: { traefik: { kind: TraefikService, name: shop } }`. */
export const traefikOptions = keys({
  name: words.optional().describe('Name of the object. Default: every one in its namespace that sends traffic to the Service.'),
  kind: z
    .enum(['TraefikService', 'IngressRoute'], { error: expected('TraefikService or IngressRoute') })
    .optional()
    .describe('Kind of the object. Default: `TraefikService` for one that is named, else both.'),
  namespace: words.optional().describe('Namespace of the object, where it is not that of the workload.'),
  ...headerOptions,
})

export type TraefikOptions = z.output<typeof traefikOptions>
