import { readFile } from 'node:fs/promises'
import type { BuildRequest } from '../build-engine.ts'
import { logicalLines } from '../oci/dockerfile/index.ts'
import { dockerfilePath } from './dockerfile-path.ts'

/**
 * buildah writes `STEP 2/3: COPY a /a`, with several platforms behind some brackets; Docker without BuildKit `Step 2/3 : COPY a /a`. A BuildKit
 * of Docker 20 shows no lines of the file yet, but ` > [2/3] COPY a /a:` for the step that failed.
 */
const announced = /^(?:(?:\[[^\]]*\] )*(?:STEP|Step) \d+\/\d+ ?: (?<begun>.*)| > \[[^\]]*\d+\/\d+\] (?<failed>.*):)$/gm

/**
 * Where in its Dockerfile the last instruction stands that an engine had begun, for engines that name no line themselves. Undefined where
 * that is not clear: the same instruction may stand there twice, or the engine may write it otherwise.
 */
export const placeOfStep = async (output: string, request: BuildRequest): Promise<string | undefined> => {
  const { begun, failed } = [...output.matchAll(announced)].at(-1)?.groups ?? {}
  const instruction = begun ?? failed
  if (instruction === undefined) return undefined
  const { file = 'Dockerfile' } = request
  try {
    const { lines } = logicalLines(await readFile(dockerfilePath(request), 'utf8'), file)
    const [found, ...more] = lines.filter(({ text }) => squeezed(text) === squeezed(instruction))
    return found === undefined || more.length > 0 ? undefined : `${file}:${found.place.line}:1`
  } catch {
    // The engine has said what is wrong with the file; this is about its line only.
    return undefined
  }
}

const squeezed = (text: string): string => text.replaceAll(/\s+/g, ' ').trim()
