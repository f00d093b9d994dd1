import { logicalLines } from '@deploy-kit/image/dockerfile'
import type { Layer } from '../report/report.ts'

/** Where in a Dockerfile the layers of an image come from. */
export interface DockerfilePlaces {
  /** As SARIF and annotations name it: relative to the repository. */
  readonly file: string
  /** Image of the last FROM that names no stage of this file. */
  readonly base: string | undefined
  /** Line of the instruction that made a layer; the line of FROM for layers that came with the base. */
  lineOf(diffId: string | undefined): number
  /** Layers that no instruction of the last stages made. */
  readonly baseLayers: ReadonlySet<string>
}

interface Instruction {
  readonly keyword: string
  readonly text: string
  readonly line: number
}

/**
 * Matches the layers of an image with the instructions of its last stage and those below, by what the history of the image says made each
 * (`RUN /bin/sh -c apt-get update # buildkit`, `COPY . /app # buildkit`). What fits none came with the base image.
 * @throws KitError `dockerfile-invalid`
 */
export const dockerfilePlaces = (source: string, file: string, layers: readonly Layer[]): DockerfilePlaces => {
  const instructions = logicalLines(source, file).lines.map(({ text, place }): Instruction => ({
    keyword: text.split(/\s+/, 1)[0]?.toUpperCase() ?? '',
    text: text.replace(/^\S+\s*/, ''),
    line: place.line,
  }))
  const from = instructions.findLastIndex(({ keyword }) => keyword === 'FROM')
  const { base, own } = chainFrom(instructions, from)
  // An instruction makes one layer at most, and what came with the base lies below.
  const makers = own.filter(({ keyword }) => makesLayer.has(keyword)).length
  const made = new Map(
    layers
      .slice(layers.length - Math.min(makers, layers.length))
      .flatMap(({ diffId, createdBy }) =>
        own.flatMap((instruction) => (madeBy(instruction, createdBy) ? [[diffId, instruction.line] as const] : [])),
      ),
  )
  const fromLine = instructions[from]?.line ?? 1
  return {
    file,
    base,
    lineOf: (diffId) => (diffId === undefined ? fromLine : (made.get(diffId) ?? fromLine)),
    baseLayers: new Set(layers.map(({ diffId }) => diffId).filter((diffId) => !made.has(diffId))),
  }
}

/** The instructions of a stage and of those below it (`FROM debian AS base … FROM base`), and the image at the bottom. */
const chainFrom = (
  instructions: readonly Instruction[],
  at: number,
): { readonly base: string | undefined; readonly own: readonly Instruction[] } => {
  const from = instructions[at]
  if (from === undefined) return { base: undefined, own: [] }
  const next = instructions.findIndex(({ keyword }, index) => index > at && keyword === 'FROM')
  const own = instructions.slice(at + 1, next === -1 ? undefined : next)
  const name = from.text.replace(flags, '').split(/\s+/, 1)[0] ?? ''
  const stage = instructions.findLastIndex(
    ({ keyword, text }, index) =>
      index < at && keyword === 'FROM' && /\sAS\s+(\S+)$/i.exec(text)?.[1]?.toLowerCase() === name.toLowerCase(),
  )
  if (stage === -1) return { base: name, own }
  const below = chainFrom(instructions, stage)
  return { base: below.base, own: [...below.own, ...own] }
}

/** `--platform=…`, `--mount=…`, `--chown=…`: no part of a name, nor of the history of an image. */
const flags = /^(?:--\S+\s+)+/

const makesLayer: ReadonlySet<string> = new Set(['RUN', 'COPY', 'ADD', 'WORKDIR'])

/** buildah, and Docker without BuildKit, write a hash for what was copied: `/bin/sh -c #(nop) COPY dir:7e71… in /app `. */
const withHash = /#\(nop\)\s+(COPY|ADD)\s.*? in (.+)$/

const madeBy = ({ keyword, text }: Instruction, createdBy: string): boolean => {
  if (!makesLayer.has(keyword)) return false
  const [, copied, to] = withHash.exec(createdBy) ?? []
  if (to !== undefined) return copied === keyword && ` ${squeeze(text)}`.endsWith(` ${squeeze(to)}`)
  const said = squeeze(createdBy)
  const wanted = squeeze(text.replace(flags, ''))
  return wanted !== '' && said.includes(wanted) && (keyword === 'RUN' || said.toUpperCase().includes(keyword))
}

const squeeze = (text: string): string => text.replace(/[\s\\"[\],]+/g, ' ').trim()
