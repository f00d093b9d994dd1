import { KitError } from '@deploy-kit/core'
import type { Dockerfile, StageText } from '../dockerfile/parse-dockerfile.ts'
import { unsupported } from '../dockerfile/place.ts'
import type { Variables } from './variables.ts'

/** The stage that another line names, by its AS name or its number; only earlier stages can be named. */
export const findStage = (stages: readonly StageText[], name: string): StageText | undefined =>
  stages.findLast(({ from }) => from.as === name.toLowerCase()) ?? (/^\d+$/.test(name) ? stages[Number(name)] : undefined)

/**
 * The target stage and those it is built from, in their order. Other stages are not looked at, as BuildKit does, so a
 * Dockerfile may hold stages that only another engine can build.
 * @throws KitError `dockerfile-invalid` for an unknown target, `dockerfile-unsupported` for a line of a needed stage
 */
export const selectStages = (dockerfile: Dockerfile, target: string | undefined, globals: Variables): readonly StageText[] => {
  const { stages } = dockerfile
  const last = target === undefined ? stages.at(-1) : findStage(stages, target)
  if (last === undefined) {
    const names = stages.map(({ from, index }) => from.as ?? String(index)).join(', ')
    throw new KitError('dockerfile-invalid', `\`${dockerfile.file}\` has no stage \`${target}\`. It has: ${names}.`)
  }
  const needed = new Set<StageText>()
  const need = (stage: StageText): void => {
    if (needed.has(stage)) return
    needed.add(stage)
    const earlier = stages.slice(0, stage.index)
    for (const name of namesIn(stage, globals)) {
      const found = findStage(earlier, name)
      if (found !== undefined) need(found)
    }
  }
  need(last)
  const selected = stages.filter((stage) => needed.has(stage))
  for (const stage of selected) refuseUnsupported(stage)
  return selected
}

const namesIn = ({ from, instructions }: StageText, globals: Variables): string[] => [
  globals.expand(from.base, from.place),
  ...instructions.flatMap((instruction) => (instruction.kind === 'copy' && instruction.from !== undefined ? [instruction.from] : [])),
]

const refuseUnsupported = ({ from, instructions }: StageText): void => {
  const [flag] = from.flags
  if (flag !== undefined) throw unsupported(from.place, `FROM ${flag.split('=')[0]}`)
  for (const { place, ...operation } of instructions) if (operation.kind === 'unsupported') throw unsupported(place, operation.what)
}
