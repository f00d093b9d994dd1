export type { PlatformContext, PlatformModule } from './platform-module.ts'
export type { KubernetesOptions } from './kubernetes/options.ts'
export type { LocalOptions } from './local/options.ts'

/** One line per platform. Each is loaded when it is used, so that an action pays only for its own. */
export const platforms = {
  kubernetes: () => import('./kubernetes/index.ts'),
  local: () => import('./local/index.ts'),
}

/** The schema of each platform's part of the configuration, loaded where a configuration is read. */
export const platformOptions = {
  kubernetes: async () => (await import('./kubernetes/options.ts')).kubernetesOptions,
  local: async () => (await import('./local/options.ts')).localOptions,
}

export type PlatformName = keyof typeof platforms
