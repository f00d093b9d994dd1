import { appendFileSync } from 'node:fs'
import { nameOf, parseTag } from '@deploy-kit/image'

/** The runner takes at most so many lines of a job (runner 2.336, ArtifactsFileCommand). */
const mostLines = 500

/**
 * Tells the runner which images the step has published, so that actions/attest finds its subjects without inputs: a line
 * `oci://name:tag@digest` each, in the file that GITHUB_ARTIFACTS names. Runners that do not know it set no such variable.
 */
export const declareSubjects = (references: readonly string[], digest: string, env: NodeJS.ProcessEnv = process.env): void => {
  const file = env['GITHUB_ARTIFACTS']
  if (file === undefined || file === '') return
  // One line for each name: its tags are the same image.
  const firsts = new Map(references.toReversed().map((text) => [nameOf(parseTag(text)), text]))
  const lines = [...firsts.values()].toReversed().map((text) => `oci://${text}@${digest}`)
  appendFileSync(
    file,
    lines
      .slice(0, mostLines)
      .map((line) => `${line}\n`)
      .join(''),
  )
}
