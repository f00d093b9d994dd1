import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { KitError } from '@deploy-kit/core'
import { nameOf, parseTag } from '@deploy-kit/image'
import { imageNames, makeTags } from '@deploy-kit/image/tags'
import type { BuildInputs } from './inputs.ts'
import type { Source } from './source.ts'

/** What the image is called, and what is written on it. */
export interface Naming {
  /** Names without tag; the first one is the image's own. */
  readonly names: readonly string[]
  /** `name:tag`, the first one for people. */
  readonly references: readonly string[]
  readonly version: string | undefined
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  /** What was changed to keep tags valid. */
  readonly notices: readonly string[]
}

/**
 * Names, tags and labels from the rules and the event. Rules and whole references may stand side by side in `tags`.
 * @throws KitError `tag-rule-invalid`, `image-reference-invalid`, `image-tags-empty`, `push-target-missing`
 */
export const namingOf = (inputs: BuildInputs, source: Source, context: string): Naming => {
  const lines = inputs.tags ?? []
  const whole = lines.filter(isReference)
  const rules = lines.filter((line) => !isReference(line))
  const wholeTags = whole.map((text) => parseTag(text))
  const notices: string[] = []
  // Who names whole references only has said everything.
  const isSaid = whole.length > 0 && rules.length === 0 && inputs.images === undefined
  const images = isSaid ? [] : imageNames(inputs.images ?? [source.name], notices)
  const tags = makeTags({
    event: source.event,
    images: [],
    rules,
    flavor: inputs.flavor ?? [],
    labels: inputs.labels ?? {},
    annotations: inputs.annotations ?? {},
    push: inputs.push === 'true' && whole.length === 0,
  })
  const names = [...new Set([...images, ...wholeTags.map(nameOf)])]
  if (inputs.push !== 'false') requireRegistry(inputs, names)
  return {
    names,
    references: [...new Set([...images.flatMap((image) => tags.names.map((tag) => `${image}:${tag}`)), ...whole])],
    version: (isSaid ? undefined : tags.version) ?? wholeTags[0]?.tag,
    labels: withoutOwn(tags.labels, inputs, context),
    // The standard ones stand among the labels; engines that write them as annotations too do so from the origin.
    annotations: Object.fromEntries(Object.entries(tags.annotations).filter(([name]) => Object.hasOwn(inputs.annotations ?? {}, name))),
    notices: [...notices, ...tags.notices],
  }
}

/** `ghcr.io/acme/shop:v1` is no rule: a rule is `type=…` or a bare tag, which has neither colon nor slash. */
const isReference = (line: string): boolean => !/^type\s*=|,\s*type\s*=/.test(line) && /[:/]/.test(line) && !line.includes('{{')

const requireRegistry = ({ push, images }: BuildInputs, names: readonly string[]): void => {
  if (images !== undefined || names.some((name) => name.includes('/'))) return
  throw new KitError(
    'push-target-missing',
    `\`push: ${push}\` needs \`images\`: ${names.join(', ') || 'nothing'} is no name in a registry.`,
  )
}

/** What is known of the origin gives way to a label that the Dockerfile sets itself, and to one of the inputs it has given way already. */
const withoutOwn = (labels: Readonly<Record<string, string>>, inputs: BuildInputs, context: string): Readonly<Record<string, string>> => {
  const text = dockerfileIn(resolve(context, inputs.file))
  return Object.fromEntries(Object.entries(labels).filter(([name]) => Object.hasOwn(inputs.labels ?? {}, name) || !text.includes(name)))
}

/** Whether the Dockerfile is there, the engine says. */
const dockerfileIn = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
