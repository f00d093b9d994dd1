import { KitError } from '@deploy-kit/core'
import { deliver } from './deliver.ts'
import type { BuildPlan, BuildPorts, BuildRequest, BuiltImage } from './engines/build-engine.ts'
import { chooseEngines, type ChosenEngine } from './engines/choose-engine.ts'
import type { EngineName } from './engines/index.ts'

/** A build, and the engine that should do it. */
export interface EngineRequest extends BuildRequest {
  /** `auto`, the default, takes the best engine here that can do what is asked. */
  readonly engine?: EngineName | 'auto'
}

/** What is known of the engine that did it. */
export interface EngineUsed {
  readonly name: EngineName
  readonly version: string
  readonly lacks: readonly string[]
}

/**
 * Builds an image, with the same digest for the same sources where the engine can.
 * @throws KitError `engine-unavailable` and what the engine throws; before anything is written: `dockerfile-missing`,
 *   `dockerfile-invalid`, `dockerfile-unsupported`, `copy-source-missing`, `build-request-invalid`,
 *   `image-reference-invalid`, `image-layout-invalid`
 */
export const build = async (
  { engine = 'auto', ...request }: EngineRequest,
  ports: BuildPorts,
): Promise<BuiltImage & { readonly engine: EngineUsed }> => {
  const able = await chooseEngines(engine, request, ports)
  for (const [index, chosen] of able.entries()) {
    announce(chosen, engine, ports)
    try {
      return { ...(await deliver(chosen, request, ports)), engine: used(chosen) }
    } catch (error) {
      // Whether a daemon answers shows when it is used. Another fault would come again with another engine.
      if (!(error instanceof KitError) || error.code !== 'engine-unreachable' || index === able.length - 1) throw error
      ports.log.warning(`${chosen.name}: ${error.message} The next engine is tried.`)
    }
  }
  throw new KitError('internal-error', 'no engine was chosen')
}

/** What `build` would do; reads and checks everything, writes nothing. @throws the same errors as build */
export const planBuild = async (
  { engine = 'auto', ...request }: EngineRequest,
  ports: BuildPorts,
): Promise<BuildPlan & { readonly engine: EngineUsed }> => {
  const [chosen] = await chooseEngines(engine, request, ports)
  if (chosen === undefined) throw new KitError('internal-error', 'no engine was chosen')
  return { ...(await chosen.engine.plan(request, ports)), engine: used(chosen) }
}

const used = ({ name, version, lacks }: ChosenEngine): EngineUsed => ({ name, version, lacks })

const announce = ({ name, version, lacks }: ChosenEngine, wanted: EngineName | 'auto', { log }: BuildPorts): void => {
  log.info(`Engine ${name} ${version}${wanted === 'auto' ? ', the best one here' : ''}.`)
  for (const sentence of lacks) log.debug(sentence)
}
