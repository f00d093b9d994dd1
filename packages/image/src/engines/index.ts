import type { BuildEngine } from './build-engine.ts'

/** The engines there are, the best first: `auto` takes the first one here that lacks nothing the build needs. Each is loaded when it is used. */
export const engines = {
  buildx: () => import('./buildx/index.ts'),
  buildah: () => import('./buildah/index.ts'),
  docker: () => import('./docker/index.ts'),
  oci: () => import('./oci/index.ts'),
} as const satisfies Readonly<Record<string, () => Promise<{ readonly createEngine: () => BuildEngine }>>>

export type EngineName = keyof typeof engines
export const engineNames = Object.keys(engines) as readonly EngineName[]
