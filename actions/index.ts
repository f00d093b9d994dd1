import { githubHost } from '@deploy-kit/core/github-actions'
import { mains } from './mains.ts'

/** Entry of the shared bundle: the three-line files in dist call this with their names. */
export const run = async (name: string, part: 'main' | 'post' = 'main'): Promise<void> => {
  const action = await mains[name]?.()
  const main = action?.[part]
  if (main === undefined) throw new Error(`The bundle has no ${part} of ${name}.`)
  // No process.exit: what was written to the log must arrive, and an open handle that keeps a step alive is a fault to be seen.
  process.exitCode = await main(githubHost())
}
