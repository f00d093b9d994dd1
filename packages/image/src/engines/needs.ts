import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { BuildRequest, Feature } from './build-engine.ts'

/** What a request asks of an engine: without one of these the image would not be what was asked for. */
export const needsOf = async (request: BuildRequest): Promise<readonly Feature[]> => {
  const needs: readonly (readonly [Feature, boolean])[] = [
    ['instructions', true],
    ['layout-base', await startsFromLayout(request)],
    ['multi-platform', (request.platforms ?? []).length > 1],
    ['build-contexts', Object.keys(request.buildContexts ?? {}).length > 0],
    ['secrets', (request.secrets ?? []).length > 0],
    ['ssh', (request.ssh ?? []).length > 0],
    ['annotations', Object.keys(request.annotations ?? {}).length > 0],
    ['annotation-levels', Object.keys(request.annotations ?? {}).some(hasLevel)],
    ['provenance', (request.provenance ?? 'off') !== 'off'],
    ['sbom', request.sbom === true],
    ['load', request.load === true],
    ['network', (request.network ?? 'default') !== 'default' || (request.hosts ?? []).length > 0],
  ]
  return needs.filter(([, isNeeded]) => isNeeded).map(([feature]) => feature)
}

/** `index:name`, `manifest[linux/arm64],index:name` (docs.docker.com/build/metadata/annotations/#specify-annotation-level). */
const hasLevel = (key: string): boolean => /^(?:index|manifest)(?:-descriptor)?[[,:]/.test(key)

/** Whether the Dockerfile names a layout as a base, which the embedded engine alone reads: `FROM ./base`, `FROM oci-layout://base`. */
const startsFromLayout = async ({ context, file = 'Dockerfile' }: BuildRequest): Promise<boolean> => {
  const text = await readFile(resolve(context, file), 'utf8').catch(() => '')
  return /^\s*(?:FROM\s+|COPY\s+--from=)(?:\.{0,2}\/|oci-layout:)/im.test(text)
}
