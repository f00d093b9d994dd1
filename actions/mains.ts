import type { Main } from '@deploy-kit/core'

/** What an action runs: main, and post where a killed main may leave something behind. */
export interface ActionModule {
  readonly main: Main
  readonly post?: Main
}

/**
 * Where the mains are, loaded when they are run, so that a step pays for its own action only. (The definitions stand in
 * catalogue.ts: a step needs one of them and gets it with its main.)
 */
export const mains: Readonly<Record<string, () => Promise<ActionModule>>> = {
  'build-image': () => import('./build-image/main.ts'),
  'scan-trivy': () => import('./scan-trivy/main.ts'),
  'deploy-canary': () => import('./deploy-canary/main.ts'),
  'smoke-test': () => import('./smoke-test/main.ts'),
  'auto-rollback': () => import('./auto-rollback/main.ts'),
  'deploy-kit': () => import('./deploy-kit/main.ts'),
}
