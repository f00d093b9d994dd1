import { readFile } from 'node:fs/promises'
import { KitError } from '@deploy-kit/core'
import type { BaseImage } from '../gate/advice.ts'
import type { Layer, Report } from '../report/report.ts'
import { dockerfilePlaces, type DockerfilePlaces } from './dockerfile-place.ts'

/**
 * Where in a Dockerfile the layers come from; undefined without a Dockerfile.
 * @throws KitError `scan-subject-invalid` for one that was named and is not there, `dockerfile-invalid`
 */
export const placesIn = async (
  dockerfile: { readonly path: string; readonly name: string } | undefined,
  layers: readonly Layer[],
): Promise<DockerfilePlaces | undefined> => {
  if (dockerfile === undefined) return undefined
  const source = await readFile(dockerfile.path, 'utf8').catch((error: unknown) => {
    throw new KitError('scan-subject-invalid', `The Dockerfile \`${dockerfile.name}\` cannot be read.`, { cause: error })
  })
  return dockerfilePlaces(source, dockerfile.name, layers)
}

const baseLabel = 'org.opencontainers.image.base.name'

/** What an image was built on: by its label, else by its Dockerfile; undefined for `scratch` and for what is no image. */
export const baseImageOf = ({ system, labels, layers }: Report, places: DockerfilePlaces | undefined): BaseImage | undefined => {
  const name = labels[baseLabel] ?? places?.base ?? (layers.length === 0 ? undefined : system?.name)
  if (name === undefined || name === 'scratch') return undefined
  return places === undefined ? { name } : { name, layers: places.baseLayers }
}
