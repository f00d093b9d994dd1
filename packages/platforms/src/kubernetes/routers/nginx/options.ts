import { keys, words } from '@deploy-kit/core/yaml'
import type { z } from 'zod'
import { headerOptions } from '../header-options.ts'

/** `router: { nginx: { ingress: shop } }`. */
export const nginxOptions = keys({
  ingress: words.optional().describe('Name of the Ingress. Default: the only one of ingress-nginx that sends traffic to the Service.'),
  'annotation-prefix': words.default('nginx.ingress.kubernetes.io').describe('Prefix that the controller was told to look for.'),
  header: headerOptions.header,
  cookie: keys({ name: words.describe('Name of the cookie. ingress-nginx looks for the value `always`.') })
    .optional()
    .describe('A cookie that does the same, for people with a browser.'),
})

export type NginxOptions = z.output<typeof nginxOptions>
