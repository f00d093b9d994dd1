import { KitError } from '@deploy-kit/core'

/** The error for a line of `tags`, `flavor`, `images` or `labels` that cannot be carried out as it stands. */
export const fault = (line: string, why: string, remedy?: string): KitError =>
  new KitError('tag-rule-invalid', `\`${line}\`: ${why}`, remedy === undefined ? {} : { remedy })
