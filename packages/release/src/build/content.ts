import type { Logger } from '@deploy-kit/core'
import { contentHash, findUnchanged } from '@deploy-kit/image/content-hash'
import type { Registry } from '@deploy-kit/image/registry'
import type { DescribedBuild } from './described-build.ts'
import type { BuildInputs } from './inputs.ts'

/** What is known of the content of an image before it is built. */
export interface Content {
  /** Undefined when it cannot be told, or nobody asked. */
  readonly hash: string | undefined
  /** The image of the same content that the registry has. */
  readonly digest: string | undefined
}

/** Looks for an image of the same content, when that was asked for. Whatever stands against it is told, and the image is built. */
export const contentOf = async (
  inputs: BuildInputs,
  { request, naming }: DescribedBuild,
  registry: Registry,
  log: Logger,
): Promise<Content> => {
  if (!inputs['skip-unchanged'] || inputs.push === 'false') return { hash: undefined, digest: undefined }
  const { context, file, target, platforms = [], buildArguments, buildContexts, secrets = [], ssh, destination } = request
  const found = await contentHash(
    {
      context,
      ...(file !== undefined && { file }),
      ...(target !== undefined && { target }),
      platforms,
      ...(buildArguments !== undefined && { buildArguments }),
      ...(buildContexts !== undefined && { buildContexts }),
      labels: inputs.labels ?? {},
      annotations: inputs.annotations ?? {},
      secrets: secrets.map(({ id }) => id),
      ...(ssh !== undefined && { ssh }),
      options: {
        engine: inputs.engine,
        provenance: request.provenance ?? 'off',
        sbom: request.sbom ?? false,
        network: inputs.network,
        hosts: inputs.hosts ?? [],
      },
      ...(destination.kind === 'layout' && { output: destination.directory }),
    },
    registry,
  )
  if (found.kind === 'unknown') {
    log.notice(`\`skip-unchanged\`: whether anything has changed cannot be told, so the image is built. ${found.why}`)
    return { hash: undefined, digest: undefined }
  }
  for (const notice of found.notices) log.notice(notice)
  const digest = await findUnchanged(registry, naming.names, found.hash)
  log.info(
    `${found.files} files, ${found.bytes} bytes and ${Object.keys(found.images).length} base images have the hash ${found.hash.slice(0, 12)}: ${digest === undefined ? 'no image has it yet.' : `${digest} has it.`}`,
  )
  return { hash: found.hash, digest }
}
