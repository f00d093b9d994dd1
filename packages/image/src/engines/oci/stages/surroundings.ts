import type { ImageTree } from '../../../filesystem/image-tree.ts'
import { readTree } from '../../../filesystem/read-tree.ts'
import type { Platform } from '../../../layout/platform.ts'
import type { Copy } from '../dockerfile/instruction.ts'
import type { Dockerfile, StageText } from '../dockerfile/parse-dockerfile.ts'
import type { Place } from '../dockerfile/place.ts'
import { openBase } from './open-base.ts'
import { findStage } from './select-stages.ts'
import { emptyStage, stageFromImage, stageFromStage, type Stage } from './stage.ts'

/** What the stages of one build share. */
export interface Surroundings {
  readonly dockerfile: Dockerfile
  /** Directory that relative layouts are found from. */
  readonly context: string
  readonly platform: Platform
  readonly buildArguments: Readonly<Record<string, string>>
  /** RFC 3339. */
  readonly created: string
  /** The context as a file system, read once. */
  contextTree(): Promise<ImageTree>
}

/** The stages that have been carried out. */
export type Done = ReadonlyMap<StageText, Stage>

/** What FROM begins with. */
export const startStage = async (base: string, text: StageText, done: Done, around: Surroundings): Promise<Stage> => {
  if (base === 'scratch') return emptyStage()
  const before = earlierStage(base, text, done, around)
  if (before !== undefined) return stageFromStage(before)
  return stageFromImage(await openBase(base, around.context, around.platform, text.from.place))
}

/** The file system that COPY copies from, and its name for messages. */
export const sourceOf = async (
  copy: Copy,
  place: Place,
  text: StageText,
  done: Done,
  around: Surroundings,
): Promise<readonly [ImageTree, string]> => {
  if (copy.from === undefined) return [await around.contextTree(), `the context \`${around.context}\``]
  const stage = earlierStage(copy.from, text, done, around)
  const tree = stage?.tree ?? (await readTree(await openBase(copy.from, around.context, around.platform, place)))
  return [tree, `\`${copy.from}\``]
}

const earlierStage = (name: string, text: StageText, done: Done, around: Surroundings): Stage | undefined => {
  const found = findStage(around.dockerfile.stages.slice(0, text.index), name)
  return found === undefined ? undefined : done.get(found)
}
