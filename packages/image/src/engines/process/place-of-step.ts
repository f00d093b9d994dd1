import { readFile } from 'node:fs/promises'
import type { BuildRequest } from '../build-engine.ts'
import { logicalLines } from '../oci/dockerfile/index.ts'
import { dockerfilePath } from './dockerfile-path.ts'

/** buildah writes `STEP 2/3: COPY a /a`, with several platforms behind some brackets; Docker without BuildKit `Step 2/3 : COPY a /a`. */
const announced = /^(?:\[[^\]]*\] )*(?:STEP|Step) \d+\/\d+ ?: (.*)$/gm

/**
 * Where in its Dockerfile the last instruction stands that an engine had begun, for engines that name no line themselves. Undefined where
 * that is not clear: the same instruction may stand there twice, or the engine may write it otherwise.
 */
export const placeOfStep = async (output: string, request: BuildRequest): Promise<string | undefined> => {
  const [, begun] = [...output.matchAll(announced)].at(-1) ?? []
  if (begun === undefined) return undefined
  const { file = 'Dockerfile' } = request
  try {
    const { lines } = logicalLines(await readFile(dockerfilePath(request), 'utf8'), file)
    const [found, ...more] = lines.filter(({ text }) => squeezed(text) === squeezed(begun))
    return found === undefined || more.length > 0 ? undefined : `${file}:${found.place.line}:1`
  } catch {
    // The engine has said what is wrong with the file; this is about its line only.
    return undefined
  }
}

const squeezed = (text: string): string => text.replaceAll(/\s+/g, ' ').trim()
