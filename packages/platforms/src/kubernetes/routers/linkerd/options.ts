import { keys, words } from '@deploy-kit/core/yaml'
import type { z } from 'zod'
import { headerOptions } from '../header-options.ts'

/** `router: { linkerd: { route: shop } }`. */
export const linkerdOptions = keys({
  route: words.optional().describe('Name of the HTTPRoute. Default: every one in the namespace whose parent is the Service.'),
  ...headerOptions,
})

export type LinkerdOptions = z.output<typeof linkerdOptions>
