import { resolve } from 'node:path'
import type { ResolvedTarget } from '../config/resolve-target.ts'

/** What the configuration says about rollbacks. */
export const rollbackDefaults = ({
  configured,
  directory,
}: ResolvedTarget): { readonly smoke: string | undefined; readonly leaseTtlMs: number } => ({
  smoke: configured?.smoke === undefined ? undefined : resolve(directory, configured.smoke),
  leaseTtlMs: 60_000,
})
