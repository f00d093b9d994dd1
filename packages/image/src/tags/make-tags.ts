import { KitError } from '@deploy-kit/core'
import { candidateOf, type Circumstances } from './candidate.ts'
import { booleanOf } from './attributes.ts'
import type { BuildEvent } from './event.ts'
import { fillIn, globalExpressions } from './expressions.ts'
import { parseFlavor, type Flavor } from './flavor.ts'
import { imageNames } from './image-names.ts'
import { labelsOf } from './labels.ts'
import { parseRules } from './parse-rules.ts'
import type { TagRule } from './rule.ts'
import { validTag } from './valid-tag.ts'

export interface TagRequest {
  readonly event: BuildEvent
  /** Lines of `images`. None: the tags stand without a name. */
  readonly images: readonly string[]
  /** Lines of `tags`. None: schedule, and ref for branches, tags and pull requests. */
  readonly rules?: readonly string[]
  readonly flavor?: readonly string[]
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  /** Whether the image is pushed: then there must be a tag. */
  readonly push?: boolean
  /** How many digits of the commit `type=sha` and `{{sha}}` show: 4 to 40. Default 7. */
  readonly shortShaLength?: number
}

export interface Tags {
  /** The first of all tags: the version of the image. */
  readonly version: string | undefined
  /** `name:tag` for each image, or the tags alone when there is no image. */
  readonly references: readonly string[]
  readonly names: readonly string[]
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  /** What was changed to keep the tags valid, and rules that gave none against what one would expect. */
  readonly notices: readonly string[]
}

/**
 * Tags, labels and annotations of an image, from the event that started its build. Pure, in the grammar of docker/metadata-action.
 * Every reference is one that registries take.
 * @throws KitError `tag-rule-invalid`, `image-reference-invalid`; `image-tags-empty` when nothing is left for a push
 */
export const makeTags = (request: TagRequest): Tags => {
  const { event, shortShaLength = 7 } = request
  const notices: string[] = []
  const images = imageNames(request.images, notices)
  const rules = parseRules(request.rules ?? [])
  const flavor = parseFlavor(request.flavor ?? [])
  const expressions = globalExpressions(event, shortShaLength)
  const circumstances = { event, expressions, shortShaLength, notices }
  const found = rules.flatMap((rule) => evaluate(rule, flavor, circumstances))
  const [first] = found
  const latest = flavor.latest === 'auto' ? first?.release === true : flavor.latest === 'true'
  const names = [...new Set([...found.map(({ tag }) => tag), ...(latest && first !== undefined ? [latestOf(flavor, circumstances)] : [])])]
  if (request.push === true && names.length === 0) throw nothing(event, rules, notices)
  const version = first?.tag
  return {
    version,
    names,
    references: request.images.length === 0 ? names : images.flatMap((image) => names.map((name) => `${image}:${name}`)),
    labels: labelsOf(event, version, request.labels ?? {}, expressions),
    annotations: labelsOf(event, version, request.annotations ?? {}, expressions),
    notices,
  }
}

const evaluate = (
  rule: TagRule,
  flavor: Flavor,
  circumstances: Circumstances,
): readonly { readonly tag: string; readonly release: boolean }[] => {
  const { expressions, notices } = circumstances
  if (!booleanOf(rule.line, 'enable', fillIn(rule.enable, expressions, rule.line))) return []
  const candidate = candidateOf(rule, circumstances)
  if (candidate === undefined) return []
  const prefix = fillIn(rule.prefix ?? flavor.prefix, expressions, rule.line)
  const suffix = fillIn(rule.suffix ?? flavor.suffix, expressions, rule.line)
  const text = `${prefix}${candidate.value}${suffix}`
  if (text === '') return []
  const { tag, changed } = validTag(text, suffix)
  if (tag === '') {
    notices.push(`\`${rule.line}\` gives no tag: nothing of \`${text}\` can stand in one.`)
    return []
  }
  if (changed === 'lead') notices.push(`\`${text}\` became the tag \`${tag}\`: a tag begins with a letter, a digit or \`_\`.`)
  if (changed === 'shortened') {
    notices.push(`\`${text}\` became the tag \`${tag}\`: a tag has at most 128 characters. Its end is a hash of the whole.`)
  }
  return [{ tag, release: candidate.release }]
}

const latestOf = (flavor: Flavor, { expressions }: Circumstances): string => {
  const prefix = flavor.prefixOnLatest ? fillIn(flavor.prefix, expressions, `prefix=${flavor.prefix}`) : ''
  const suffix = flavor.suffixOnLatest ? fillIn(flavor.suffix, expressions, `suffix=${flavor.suffix}`) : ''
  return validTag(`${prefix}latest${suffix}`, suffix).tag
}

const nothing = (event: BuildEvent, rules: readonly TagRule[], notices: readonly string[]): KitError => {
  const asked = rules.map(({ line }) => `\`${line}\``).join(', ')
  const told = notices.length === 0 ? '' : ` ${notices.join(' ')}`
  const where = event.name === '' ? 'outside of a workflow' : `for the event \`${event.name}\` on \`${event.ref}\``
  return new KitError('image-tags-empty', `No rule gives a tag ${where}: ${asked}.${told}`)
}
