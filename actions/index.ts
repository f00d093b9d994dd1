import type { Main } from '@deploy-kit/core'
import { mains } from './mains.ts'

/** Entry of the shared bundle: the three-line files in dist call this with their names. */
export const run = async (name: string, part: 'main' | 'post' = 'main'): Promise<void> => {
  const [{ githubHost }, parts] = await Promise.all([import('@deploy-kit/core/github-actions'), load(name, part)])
  const main = parts[part]
  if (main === undefined) throw new Error(`The bundle has no ${part} of ${name}.`)
  // No process.exit: what was written to the log must arrive, and an open handle that keeps a step alive is a fault to be seen.
  process.exitCode = await main(githubHost())
}

/** Entry of the command line, `dist/cli/index.js`. */
export const cli = async (): Promise<void> => {
  const { commandLine } = await import('./command-line.ts')
  process.exitCode = await commandLine(process.argv.slice(2))
}

const load = async (name: string, part: 'main' | 'post'): Promise<Partial<Record<'main' | 'post', Main>>> =>
  (await mains[name]?.[part]?.()) ?? {}
