import { keys, words } from '@deploy-kit/core/yaml'
import type { z } from 'zod'

/** `router: { alb: { ingress: shop } }`. */
export const albOptions = keys({
  ingress: words.optional().describe('Name of the Ingress. Default: every one whose forward action names the Service.'),
})

export type AlbOptions = z.output<typeof albOptions>
