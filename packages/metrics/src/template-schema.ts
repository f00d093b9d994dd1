import { expected, keys, words } from '@deploy-kit/core/yaml'
import * as z from 'zod'

const side = words.describe('For that side. Variables as in the short form.')

/** One text with variables for both sides, or one for each: the schema of a `Template`. */
export const template = (what: string) =>
  z
    .union([words, keys({ canary: side, stable: side })], { error: expected(`${what}, or a mapping with canary and stable`) })
    .describe(
      `${what.charAt(0).toUpperCase()}${what.slice(1)}. \`{{digest}}\`, \`{{version}}\`, \`{{commit}}\`, \`{{configuration}}\` and \`{{side}}\` are those of the side, ` +
        '`{{canary}}` and `{{stable}}` the digests of both.',
    )
