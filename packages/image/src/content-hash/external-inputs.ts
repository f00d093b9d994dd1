import { KitError, messageOf } from '@deploy-kit/core'
import { parseDockerfile, type Dockerfile, type StageText } from '../engines/oci/dockerfile/parse-dockerfile.ts'
import { findStage } from '../engines/oci/stages/select-stages.ts'
import { Variables } from '../engines/oci/stages/variables.ts'
import { parsePlatform } from '../layout/platform.ts'

/** What a Dockerfile takes from elsewhere than its context. */
export type ExternalInputs =
  | { readonly kind: 'known'; readonly images: readonly string[] }
  /** It takes something whose content cannot be known without fetching it. */
  | { readonly kind: 'unknown'; readonly why: string }

export interface DockerfileRequest {
  readonly source: string
  /** As messages name it. */
  readonly file: string
  readonly buildArguments: Readonly<Record<string, string>>
  readonly platforms: readonly string[]
  /** Names that are defined elsewhere: those of build contexts. */
  readonly defined: readonly string[]
}

/**
 * The images that a Dockerfile starts from or copies out of, in all its stages: FROM, COPY --from, RUN --mount=from. What cannot be told for sure is
 * unknown, so that a build is made once too often and never once too seldom: addresses without a checksum, a name with a variable that only
 * the engine knows, a line that is not understood.
 */
export const externalInputs = (request: DockerfileRequest): ExternalInputs => {
  try {
    const dockerfile = parseDockerfile(request.source, request.file)
    const images = new Set<string>()
    for (const platform of request.platforms) {
      const globals = globalVariables(dockerfile, request.buildArguments, platform)
      for (const stage of dockerfile.stages) {
        for (const name of namesIn(stage, globals)) {
          const isElsewhere = findStage(dockerfile.stages.slice(0, stage.index), name) === undefined && !request.defined.includes(name)
          if (isElsewhere && name !== 'scratch') images.add(name)
        }
      }
    }
    return { kind: 'known', images: [...images].toSorted() }
  } catch (error) {
    if (error instanceof KitError)
      return { kind: 'unknown', why: error.where === undefined ? error.message : `${error.where}: ${messageOf(error)}` }
    throw error
  }
}

/** Before the first FROM, a Dockerfile sees its ARGs and what BuildKit knows of the platform that is built for. */
const globalVariables = (dockerfile: Dockerfile, given: Readonly<Record<string, string>>, platform: string): Variables => {
  const { os, architecture, variant = '' } = parsePlatform(platform)
  const globals = new Variables(dockerfile.escape)
  const known = { TARGETPLATFORM: platform, TARGETOS: os, TARGETARCH: architecture, TARGETVARIANT: variant }
  for (const [name, value] of Object.entries(known)) globals.setEnvironment(name, value)
  for (const arg of dockerfile.globalArguments) globals.declare(arg, arg.place, given, new Map())
  return globals
}

const namesIn = ({ from, instructions }: StageText, globals: Variables): readonly string[] => {
  if (/\$\{?BUILD(?:PLATFORM|OS|ARCH|VARIANT)\b/.test(from.base))
    throw new Unknown(from.place.line, `\`${from.base}\` depends on the machine that builds`)
  const names = [globals.expand(from.base, from.place)]
  for (const { text, place } of instructions) {
    const [keyword = ''] = text.split(' ', 1)
    if (keyword === 'ADD') refuseAddresses(text, place.line)
    if (keyword === 'COPY')
      names.push(...flagsOf(text).flatMap((flag) => (flag.startsWith('--from=') ? [flag.slice('--from='.length)] : [])))
    if (keyword === 'RUN') names.push(...flagsOf(text).flatMap((flag) => /^--mount=.*?\bfrom=([^,\s]+)/.exec(flag)?.[1] ?? []))
    const variable = names.find((name) => name.includes('$'))
    if (variable !== undefined) throw new Unknown(place.line, `\`${variable}\` holds a variable`)
  }
  return names
}

const flagsOf = (text: string): readonly string[] => (/^\w+ ((?:--\S+ )*)/.exec(text)?.[1] ?? '').split(' ')

const refuseAddresses = (text: string, line: number): void => {
  const hasChecksum = flagsOf(text).some((flag) => /^--checksum=\S+:[0-9a-f]{40,}/.test(flag))
  const address = /(?:^|[\s"[])((?:https?|git|ssh):\/\/[^\s"\]]+|git@[^\s"\]]+|[^\s"\]]+\.git(?:#\S*)?)/.exec(text)?.[1]
  if (address !== undefined && !hasChecksum) throw new Unknown(line, `ADD fetches \`${address}\` without a checksum`)
}

class Unknown extends KitError {
  constructor(line: number, what: string) {
    super('dockerfile-unsupported', `Line ${line}: ${what}, so whether the image would be the same cannot be told.`)
  }
}
