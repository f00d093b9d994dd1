import { engines, type EngineName } from './engines/index.ts'
import type { BuildEngine, BuildPlan, BuildPorts, BuildRequest, BuiltImage } from './engines/build-engine.ts'

/** A build, and the engine that should do it. */
export interface EngineRequest extends BuildRequest {
  /** `auto`, the default, takes the first engine here that can build the file. */
  readonly engine?: EngineName | 'auto'
}

/**
 * Builds an image into an OCI layout, with the same digest for the same sources.
 * @throws KitError `dockerfile-missing`, `dockerfile-invalid`, `dockerfile-unsupported`, `copy-source-missing`,
 *   `build-request-invalid`, `image-reference-invalid`, `image-layout-invalid`; nothing has been written then
 */
export const build = async (request: EngineRequest, ports: BuildPorts): Promise<BuiltImage> =>
  (await engineFor(request)).build(request, ports)

/** What `build` would do; reads and checks everything, writes nothing. @throws the same errors as build */
export const planBuild = async (request: EngineRequest, ports: BuildPorts): Promise<BuildPlan> =>
  (await engineFor(request)).plan(request, ports)

// There is one engine so far, so `auto` has nothing to weigh: what it cannot build, its own error says.
const engineFor = async ({ engine = 'auto' }: EngineRequest): Promise<BuildEngine> => {
  const { createEngine } = await engines[engine === 'auto' ? 'oci' : engine]()
  return createEngine()
}
