import { keys, words } from '@deploy-kit/core/yaml'
import type { z } from 'zod'
import { headerOption } from '../header-option.ts'

/** `router: { contour: { proxy: shop } }`. */
export const contourOptions = keys({
  proxy: words.optional().describe('Name of the HTTPProxy. Default: every one in the namespace that sends traffic to the Service.'),
  header: headerOption,
})

export type ContourOptions = z.output<typeof contourOptions>
