import { keys, words } from '@deploy-kit/core/yaml'
import type { z } from 'zod'
import { headerOptions } from '../header-options.ts'

/** `router: { contour: { proxy: shop } }`. */
export const contourOptions = keys({
  proxy: words.optional().describe('Name of the HTTPProxy. Default: every one in the namespace that sends traffic to the Service.'),
  ...headerOptions,
})

export type ContourOptions = z.output<typeof contourOptions>
