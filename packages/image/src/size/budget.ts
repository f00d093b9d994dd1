import { formatByteChange, formatBytes, KitError, parseBytes } from '@deploy-kit/core'
import { grownLayers, type PlatformSize, type SizeReport } from './size-report.ts'

/** One limit of a budget, as it was written. */
export type SizeLimit = { readonly text: string; readonly platform: string | undefined } & (
  | { readonly kind: 'size'; readonly bytes: number }
  /** Against the image before. */
  | { readonly kind: 'growth'; readonly bytes: number }
  | { readonly kind: 'growth-percent'; readonly percent: number }
)

/**
 * Reads a budget: limits separated by commas or lines, each for every platform or, with its name before it, for one. `250MB` is what an image may
 * have, `+5MB` and `+10%` what it may have more than the one before: `250MB, +10%, linux/arm64=300MB`.
 * @throws KitError `input-invalid`
 */
export const parseSizeBudget = (text: string): readonly SizeLimit[] => {
  const limits = text.split(/[,\n]/).map((part) => part.trim())
  return limits.filter((part) => part !== '').map(parseLimit)
}

const parseLimit = (text: string): SizeLimit => {
  const [, platform, sign, rest = ''] = /^(?:([a-z0-9]+\/[a-z0-9_./-]+)\s*=\s*)?(\+)?\s*(.*)$/.exec(text) ?? []
  const percent = /^(\d+(?:\.\d+)?)\s*%$/.exec(rest)?.[1]
  if (sign === '+' && percent !== undefined) return { text, platform, kind: 'growth-percent', percent: Number(percent) }
  const bytes = parseBytes(rest)
  if (bytes !== undefined) return { text, platform, kind: sign === '+' ? 'growth' : 'size', bytes }
  throw new KitError(
    'input-invalid',
    `\`${text}\` is no limit of a size: allowed are \`250MB\`, \`+5MB\`, \`+10%\`, and the same for one platform, \`linux/arm64=300MB\`.`,
  )
}

/** A limit that an image is above. */
export interface Overrun {
  readonly platform: string
  readonly limit: string
  /** A sentence for people, with what is allowed. */
  readonly message: string
}

/** The limits that are not kept. Growth is not judged when there is nothing to compare with. */
export const overruns = (report: SizeReport, budget: readonly SizeLimit[]): readonly Overrun[] =>
  report.platforms.flatMap((image) =>
    budget
      .filter(({ platform }) => platform === undefined || platform === image.platform)
      .flatMap((limit) => {
        const message = overrunOf(image, limit)
        return message === undefined ? [] : [{ platform: image.platform, limit: limit.text, message }]
      }),
  )

const overrunOf = (image: PlatformSize, limit: SizeLimit): string | undefined => {
  if (limit.kind === 'size') {
    if (image.bytes <= limit.bytes) return undefined
    return `${image.platform} has ${formatBytes(image.bytes)}, ${formatBytes(image.bytes - limit.bytes)} more than the ${limit.text} that are allowed`
  }
  const { before, changeBytes } = image
  if (before === undefined || changeBytes === undefined) return undefined
  const allowed = limit.kind === 'growth' ? limit.bytes : (before.bytes * limit.percent) / 100
  if (changeBytes <= allowed) return undefined
  return `${image.platform} grew from ${formatBytes(before.bytes)} to ${formatBytes(image.bytes)}, by ${formatBytes(changeBytes)}; ${limit.text} is allowed`
}

/** Layers that an error names. */
const shownLayers = 3

/** @throws KitError `image-too-large`, with the layers that grew, or the largest ones when there is nothing to compare with */
export const requireBudget = (report: SizeReport, budget: readonly SizeLimit[]): void => {
  const over = overruns(report, budget)
  if (over.length === 0) return
  const platforms = new Set(over.map(({ platform }) => platform))
  const causes = report.platforms.filter(({ platform }) => platforms.has(platform)).map((image) => causeOf(image, platforms.size > 1))
  throw new KitError('image-too-large', `${over.map(({ message }) => message).join('. ')}. ${causes.join(' ')}`)
}

const causeOf = (image: PlatformSize, named: boolean): string => {
  const compared = image.before !== undefined
  const layers = grownLayers(image).slice(0, shownLayers)
  const list = layers.map(({ createdBy, kind, after, changeBytes }) => {
    const size =
      compared && kind === 'changed'
        ? formatByteChange(changeBytes)
        : compared
          ? `new, ${formatBytes(changeBytes)}`
          : formatBytes(after?.bytes ?? 0)
    return `\`${shortInstruction(createdBy) || after?.digest}\` (${size})`
  })
  const where = named ? ` of ${image.platform}` : ''
  if (list.length === 0) return `No layer${where} grew: compare the bases.`
  return `${compared ? 'What grew' : 'Its largest layers'}${where}: ${list.join(', ')}.`
}

/** An instruction on one line of at most 80 characters, without the shell that runs it. */
export const shortInstruction = (createdBy: string): string => {
  const line = createdBy
    .replace(/\s+/g, ' ')
    .replace(/ # buildkit$/, '')
    .replace(/^RUN (?:\|\d+ .*? )?\/bin\/sh -c /, 'RUN ')
    .trim()
  return line.length <= 80 ? line : `${line.slice(0, 79)}…`
}
