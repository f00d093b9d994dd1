import { code, formatBytes, formatDuration, table, type ActionResult, type Json } from '@deploy-kit/core'
import type { BuiltImage, EngineUsed } from '@deploy-kit/image'
import { sizeMarkdown, type SizeReport } from '@deploy-kit/image/size'
import type { DescribedBuild } from './described-build.ts'
import { verifyMarkdown } from './verify-commands.ts'
import type { BuildInputs, BuildOutputs } from './inputs.ts'

/** An image that was built, and what else is to be told of it. */
export interface Built extends BuiltImage {
  readonly engine: EngineUsed
  readonly size: SizeReport
  /** Hash of its content, where it is known. */
  readonly hash: string | undefined
  readonly tookMs: number
  readonly push: BuildInputs['push']
}

/** What the step says of an image that was built. */
export const buildReport = ({ naming, signing }: DescribedBuild, built: Built): ActionResult<BuildOutputs> => {
  const { metadata = {}, tookMs: _tookMs, hash: _hash, push, ...image } = built
  return {
    ok: true,
    outcome: 'built',
    reasonCode: 'ok',
    reason: `Built ${image.image.endsWith(image.digest) ? image.image : `${image.digest} into ${image.image}`} (${formatBytes(image.sizeBytes)}). ${published[push]}`,
    result: { version: 1, kind: 'build', ...(JSON.parse(JSON.stringify(image)) as Record<string, Json>) },
    outputs: {
      digest: image.digest,
      image: image.image,
      name: naming.names[0] ?? '',
      tag: image.tags[0] ?? '',
      tags: image.tags.join('\n'),
      version: naming.version ?? '',
      platforms: image.platforms.map(({ platform }) => platform).join(','),
      'size-bytes': String(image.sizeBytes),
      skipped: 'false',
      'content-hash': built.hash ?? '',
      metadata: JSON.stringify(metadata),
    },
    summary: summaryOf(built) + (push === 'false' ? '' : verifyMarkdown(image.image, signing)),
  }
}

const published = { false: 'It is not pushed.', digest: 'No tag was moved.', true: 'Its tags are moved.' } as const

const summaryOf = ({ digest, tags, engine, steps, tookMs, push, size }: Built): string => {
  const rows = [
    ['digest', code(digest)],
    [push === 'digest' ? 'tags to come' : 'tags', tags.map(code).join(' ') || 'none'],
    ['engine', code(`${engine.name} ${engine.version}`)],
    ...(steps === undefined || steps.all === 0 ? [] : [['from the cache', `${steps.cached} of ${steps.all} steps`]]),
    ['took', formatDuration(Math.round(tookMs))],
  ]
  return ['## Image built', '', table(['', ''], rows), '', sizeMarkdown(size)].join('\n')
}
