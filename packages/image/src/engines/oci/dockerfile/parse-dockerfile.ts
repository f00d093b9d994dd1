import { KitError } from '@deploy-kit/core'
import type { Arg, From, Instruction } from './instruction.ts'
import { logicalLines } from './logical-lines.ts'
import { parseInstruction } from './parse-instruction.ts'
import { invalid } from './place.ts'

/** What stands between one FROM and the next. */
export interface StageText {
  /** From 0, in the order of the file. */
  readonly index: number
  readonly from: From & Instruction
  readonly instructions: readonly Instruction[]
}

export interface Dockerfile {
  /** As the messages name it. */
  readonly file: string
  readonly escape: string
  /** ARG lines before the first FROM: FROM lines see them, stages only by an ARG of their own. */
  readonly globalArguments: readonly (Arg & Instruction)[]
  readonly stages: readonly StageText[]
}

/** @throws KitError `dockerfile-invalid` */
export const parseDockerfile = (source: string, file: string): Dockerfile => {
  const { lines, escape } = logicalLines(source, file)
  const globalArguments: (Arg & Instruction)[] = []
  const stages: (StageText & { readonly instructions: Instruction[] })[] = []
  for (const line of lines) {
    const instruction = parseInstruction(line, escape)
    const stage = stages.at(-1)
    if (instruction.kind === 'from') stages.push({ index: stages.length, from: instruction, instructions: [] })
    else if (stage !== undefined) stage.instructions.push(instruction)
    else if (instruction.kind === 'arg') globalArguments.push(instruction)
    else throw invalid(instruction.place, 'The first instruction must be FROM; only ARG may stand before it.')
  }
  if (stages.length === 0) throw new KitError('dockerfile-invalid', `\`${file}\` has no FROM.`, { where: `${file}:1:1` })
  return { file, escape, globalArguments, stages }
}
