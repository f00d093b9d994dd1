export { build, planBuild, type EngineRequest } from './build.ts'
export { engines, type EngineName } from './engines/index.ts'
export type { BuildEngine, BuildPlan, BuildPorts, BuildRequest, BuiltImage, BuiltLayer } from './engines/build-engine.ts'
export { formatReference, isDigest, nameOf, parseReference, parseTag, type ImageReference } from './reference/reference.ts'
