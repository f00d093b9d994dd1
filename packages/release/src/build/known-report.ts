import { code, table, type ActionResult, type Json } from '@deploy-kit/core'
import type { BuiltPlatform } from '@deploy-kit/image'
import { sizeMarkdown, type SizeReport } from '@deploy-kit/image/size'
import type { DescribedBuild } from './described-build.ts'
import { verifyMarkdown } from './verify-commands.ts'
import type { BuildInputs, BuildOutputs } from './inputs.ts'

/** An image that was in the registry already. */
export interface KnownImage {
  readonly digest: string
  /** Hash of its content, where it is known. */
  readonly hash: string | undefined
  readonly push: BuildInputs['push']
  readonly outcome: 'tagged' | 'unchanged' | 'merged'
}

const told = {
  tagged: { heading: 'Tags moved', reason: () => '' },
  unchanged: {
    heading: 'Nothing changed, nothing built',
    reason: (image: string) => `Nothing has changed since ${image} was built, so nothing was. `,
  },
  merged: { heading: 'One image for all platforms', reason: (image: string) => `The images are one now, ${image}. ` },
} as const satisfies Record<KnownImage['outcome'], unknown>

/** What a step says that built nothing. */
export const knownReport = (
  { naming, signing }: DescribedBuild,
  { digest, hash, push, outcome }: KnownImage,
  size: SizeReport,
  platforms: readonly BuiltPlatform[],
): ActionResult<BuildOutputs> => {
  const { names, references, version = '' } = naming
  const image = `${names[0] ?? ''}@${digest}`
  const moved = push === 'true' ? `${references.join(', ')} ${references.length === 1 ? 'is' : 'are'} ${digest} now.` : 'No tag was moved.'
  return {
    ok: true,
    outcome,
    reasonCode: 'ok',
    reason: `${told[outcome].reason(image)}${moved}`,
    result: {
      version: 1,
      kind: 'build',
      digest,
      image,
      tags: references,
      platforms: JSON.parse(JSON.stringify(platforms)) as Json,
      sizeBytes: size.bytes,
      size: JSON.parse(JSON.stringify(size)) as Json,
    },
    outputs: {
      digest,
      image,
      name: names[0] ?? '',
      tag: references[0] ?? '',
      tags: references.join('\n'),
      version,
      platforms: platforms.map(({ platform }) => platform).join(','),
      'size-bytes': String(size.bytes),
      skipped: String(outcome === 'unchanged'),
      'content-hash': hash ?? '',
      metadata: '{}',
    },
    summary: [
      `## ${told[outcome].heading}`,
      '',
      table(
        [push === 'true' ? 'tag' : 'tag to come', 'is'],
        references.map((tag) => [code(tag), code(digest)]),
      ),
      '',
      sizeMarkdown(size),
      verifyMarkdown(image, signing),
    ].join('\n'),
  }
}
