export { build, planBuild, type EngineRequest, type EngineUsed } from './build.ts'
export { removeBuilder } from './engines/buildx/builder.ts'
export { engineNames, engines, type EngineName } from './engines/index.ts'
export type {
  BuildEngine,
  BuildPlan,
  BuildPorts,
  BuildRequest,
  BuildSecret,
  BuiltImage,
  BuiltLayer,
  BuiltPlatform,
  Destination,
} from './engines/build-engine.ts'
export { formatReference, isDigest, nameOf, parseReference, parseTag, type ImageReference } from './reference/reference.ts'
