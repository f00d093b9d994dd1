import { ImageTree } from '../../../filesystem/image-tree.ts'
import { readTree } from '../../../filesystem/read-tree.ts'
import type { LayoutImage } from '../../../layout/read-layout.ts'
import type { Descriptor, HistoryEntry, RunConfiguration } from '../../../layout/schema.ts'
import type { Changes } from '../files/additions.ts'

/** A layer of a stage: one that lies in the layout of the base, or one that is still to be written. */
export type StageLayer =
  | {
      readonly kind: 'existing'
      readonly layout: string
      readonly descriptor: Descriptor
      readonly diffId: string
      readonly createdBy: string
    }
  | { readonly kind: 'new'; readonly changes: Changes; readonly createdBy: string }

/** An image in the making. */
export interface Stage {
  readonly tree: ImageTree
  readonly layers: readonly StageLayer[]
  readonly configuration: RunConfiguration
  /** Labels that the Dockerfile itself sets, as against those that came with the base. */
  readonly ownLabels: ReadonlySet<string>
  /** Whether CMD stands in this stage itself. */
  readonly hasOwnCommand: boolean
  readonly history: readonly HistoryEntry[]
  /** `scratch`, or where the base came from. */
  readonly base: string
}

/**
 * FROM scratch: nothing at all. Docker adds a PATH here; it is left out, because every runtime sets that one by itself
 * when there is none, and a version run as a plain process then finds the programs of its machine.
 */
export const emptyStage = (): Stage => ({
  tree: new ImageTree(),
  layers: [],
  configuration: {},
  ownLabels: new Set(),
  hasOwnCommand: false,
  history: [],
  base: 'scratch',
})

/** FROM an image of a layout. */
export const stageFromImage = async (image: LayoutImage): Promise<Stage> => {
  const history = image.configuration.history ?? []
  const makers = history.filter((entry) => entry.empty_layer !== true)
  const layers = image.manifest.layers.map((descriptor, i): StageLayer => ({
    kind: 'existing',
    layout: image.layout,
    descriptor,
    diffId: image.configuration.rootfs.diff_ids[i] ?? '',
    createdBy: makers[i]?.created_by ?? '',
  }))
  return {
    tree: await readTree(image),
    layers,
    configuration: image.configuration.config ?? {},
    ownLabels: new Set(),
    hasOwnCommand: false,
    // Only a history that tells of every layer is worth keeping: others would put later lines to the wrong layers.
    history: makers.length === layers.length ? history : layers.map(() => ({ created_by: 'base image' })),
    base: `${image.digest} in ${image.layout}`,
  }
}

/** FROM an earlier stage: it goes on from there, on a file system of its own. */
export const stageFromStage = (stage: Stage): Stage => ({ ...stage, tree: stage.tree.copy(), hasOwnCommand: false })

/** An instruction as the history tells it. */
export interface HistoryLine {
  readonly text: string
  /** RFC 3339. */
  readonly created: string
}

/** The stage after an instruction that changes the configuration only. */
export const configured = (stage: Stage, configuration: RunConfiguration, line: HistoryLine): Stage => ({
  ...stage,
  configuration,
  history: [...stage.history, { created: line.created, created_by: line.text, empty_layer: true }],
})

/** The stage after an instruction that brings files; without any there is no layer. */
export const layered = (stage: Stage, changes: Changes, line: HistoryLine): Stage =>
  changes.size === 0
    ? configured(stage, stage.configuration, line)
    : {
        ...stage,
        layers: [...stage.layers, { kind: 'new', changes, createdBy: line.text }],
        history: [...stage.history, { created: line.created, created_by: line.text }],
      }
