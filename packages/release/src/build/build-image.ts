import { join, resolve } from 'node:path'
import { code, table, type ActionHost, type ActionResult } from '@deploy-kit/core'
import { build, planBuild, type BuiltImage, type EngineName, type EngineRequest } from '@deploy-kit/image'
import { sourceOf, type Source } from './source.ts'

/** The inputs of build-image. */
export interface BuildInputs {
  readonly name: string | undefined
  readonly context: string
  readonly file: string
  readonly target: string | undefined
  readonly 'build-args': Readonly<Record<string, string>> | undefined
  readonly engine: EngineName | 'auto'
  readonly tags: readonly string[] | undefined
  readonly labels: Readonly<Record<string, string>> | undefined
  readonly output: string
  readonly 'source-date-epoch': number | undefined
  readonly 'dry-run': boolean
}

export type BuildOutputs = 'digest' | 'image' | 'tags' | 'size-bytes'

/** Builds an image, or with `dry-run` shows what would be built. */
export const buildImage = async (inputs: BuildInputs, host: ActionHost, signal: AbortSignal): Promise<ActionResult<BuildOutputs>> => {
  const source = await sourceOf(host)
  const request = requestOf(inputs, source, host)
  const ports = { log: host.log, signal }
  if (inputs['dry-run']) {
    const plan = await planBuild(request, ports)
    const lines = [`platform ${plan.platform}`, `base ${plan.base}`, ...plan.instructions, `${plan.files} files, ${plan.bytes} bytes`]
    for (const line of lines) host.log.info(line)
    return {
      ok: true,
      outcome: 'planned',
      reasonCode: 'ok',
      reason: 'This was a dry run: nothing was written.',
      result: { version: 1, kind: 'build-plan', lines },
      outputs: {},
    }
  }
  return reportOf(await build(request, ports))
}

/** The request of an engine that the inputs are, with what the checkout says where they say nothing. */
export const requestOf = (inputs: BuildInputs, source: Source, host: ActionHost): EngineRequest => {
  const name = inputs.name ?? source.name
  return {
    engine: inputs.engine,
    context: resolve(host.workspace, inputs.context),
    file: inputs.file,
    ...(inputs.target !== undefined && { target: inputs.target }),
    buildArguments: inputs['build-args'] ?? {},
    tags: (inputs.tags ?? []).map((tag) => (tag.includes(':') ? tag : `${name}:${tag}`)),
    labels: inputs.labels ?? {},
    sourceDateEpoch: inputs['source-date-epoch'] ?? source.epoch,
    origin: {
      ...(source.revision !== undefined && { revision: source.revision }),
      ...(source.url !== undefined && { source: source.url }),
    },
    output: join(resolve(host.workspace, inputs.output)),
  }
}

const reportOf = (image: BuiltImage): ActionResult<BuildOutputs> => ({
  ok: true,
  outcome: 'built',
  reasonCode: 'ok',
  reason: `Built ${image.digest} (${image.sizeBytes} bytes) into ${image.image}.`,
  result: { version: 1, kind: 'build', ...image, layers: image.layers.map((layer) => ({ ...layer })) },
  outputs: { digest: image.digest, image: image.image, tags: image.tags.join('\n'), 'size-bytes': String(image.sizeBytes) },
  summary: [
    '## Image built',
    '',
    table(
      ['', ''],
      [
        ['digest', code(image.digest)],
        ['tags', image.tags.map(code).join(' ') || 'none'],
        ['platform', code(image.platform)],
        ['size', `${image.sizeBytes} bytes`],
      ],
    ),
    '',
    table(
      ['layer', 'bytes', 'made by'],
      image.layers.map((layer) => [code(layer.digest.slice(0, 19)), String(layer.size), code(layer.createdBy)]),
    ),
    '',
  ].join('\n'),
})
