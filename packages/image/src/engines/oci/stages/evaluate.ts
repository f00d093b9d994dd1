import type { Instruction } from '../dockerfile/instruction.ts'
import type { StageText } from '../dockerfile/parse-dockerfile.ts'
import { unsupported } from '../dockerfile/place.ts'
import { copyInto, makeWorkingDirectory } from '../files/copy-into.ts'
import { findSources } from '../files/find-sources.ts'
import { parseMode, parseOwner } from '../files/ownership.ts'
import { argvOf, withEnvironment, withLabel, withPort, withWorkingDirectory } from './configure.ts'
import { configured, emptyStage, layered, type Stage } from './stage.ts'
import { sourceOf, startStage, type Done, type Surroundings } from './surroundings.ts'
import { Variables } from './variables.ts'

/** Carries stages out in their order, in memory: contents are not read and nothing is written. The last one is the image. */
export const evaluateStages = async (selected: readonly StageText[], globals: Variables, around: Surroundings): Promise<Stage> => {
  const done = new Map<StageText, Stage>()
  let last = emptyStage()
  for (const text of selected) {
    last = await evaluateStage(text, done, globals, around)
    done.set(text, last)
  }
  return last
}

const evaluateStage = async (text: StageText, done: Done, globals: Variables, around: Surroundings): Promise<Stage> => {
  let stage = await startStage(globals.expand(text.from.base, text.from.place), text, done, around)
  const variables = Variables.fromEnvironment(around.dockerfile.escape, stage.configuration.Env ?? [])
  for (const instruction of text.instructions) {
    stage = await perform(instruction, stage, { text, done, globals, variables, around })
  }
  return stage
}

interface Scene {
  readonly text: StageText
  readonly done: Done
  readonly globals: Variables
  readonly variables: Variables
  readonly around: Surroundings
}

const perform = async (instruction: Instruction, stage: Stage, scene: Scene): Promise<Stage> => {
  const { around, variables } = scene
  const { place } = instruction
  const line = { text: instruction.text, created: around.created }
  const told = (word: string): string => variables.expand(word, place)
  const config = stage.configuration
  switch (instruction.kind) {
    case 'arg':
      variables.declare(instruction, place, around.buildArguments, scene.globals.arguments)
      return configured(stage, config, line)
    case 'env': {
      // All values of one line see the variables as they were before it.
      const pairs = instruction.assignments.map(({ name, value }) => [told(name), told(value)] as const)
      for (const [name, value] of pairs) variables.setEnvironment(name, value)
      return configured(
        stage,
        pairs.reduce((before, [name, value]) => withEnvironment(before, name, value), config),
        line,
      )
    }
    case 'label': {
      const pairs = instruction.assignments.map(({ name, value }) => [told(name), told(value)] as const)
      const labelled = configured(
        stage,
        pairs.reduce((before, [name, value]) => withLabel(before, name, value), config),
        line,
      )
      return { ...labelled, ownLabels: new Set([...stage.ownLabels, ...pairs.map(([name]) => name)]) }
    }
    case 'workdir': {
      const next = withWorkingDirectory(config, told(instruction.path))
      return layered({ ...stage, configuration: next }, makeWorkingDirectory(stage.tree, next.WorkingDir ?? '/', place), line)
    }
    case 'user':
      return configured(stage, { ...config, User: told(instruction.user) }, line)
    case 'expose': {
      const ports = instruction.ports.flatMap((port) => told(port).split(/\s+/))
      return configured(
        stage,
        ports.reduce((before, port) => withPort(before, port, place), config),
        line,
      )
    }
    case 'entrypoint':
      // It sets aside the CMD of the base, but not one that this stage has given already.
      return configured(stage, { ...config, Entrypoint: argvOf(instruction.command), ...(stage.hasOwnCommand ? {} : { Cmd: null }) }, line)
    case 'cmd':
      return { ...configured(stage, { ...config, Cmd: argvOf(instruction.command) }, line), hasOwnCommand: true }
    case 'copy': {
      const [source, sourceName] = await sourceOf(instruction, place, scene.text, scene.done, around)
      const found = findSources(instruction.sources.map(told), source, sourceName, place)
      const target = {
        tree: stage.tree,
        workingDirectory: config.WorkingDir ?? '/',
        destination: told(instruction.destination),
        owner: parseOwner(instruction.chown && told(instruction.chown), place),
        mode: parseMode(instruction.chmod && told(instruction.chmod), place),
        place,
      }
      return layered(stage, copyInto(target, found, source), line)
    }
    case 'from':
    case 'unsupported':
      throw unsupported(place, instruction.text)
  }
}
