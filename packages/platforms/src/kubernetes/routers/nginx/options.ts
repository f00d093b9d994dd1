import { keys, words } from '@deploy-kit/core/yaml'
import type { z } from 'zod'
import { headerOption } from '../header-option.ts'

/** `router: { nginx: { ingress: shop } }`. */
export const nginxOptions = keys({
  ingress: words.optional().describe('Name of the Ingress. Default: the only one of ingress-nginx that sends traffic to the Service.'),
  'annotation-prefix': words.default('nginx.ingress.kubernetes.io').describe('Prefix that the controller was told to look for.'),
  header: headerOption,
})

export type NginxOptions = z.output<typeof nginxOptions>
