import type { Main } from '@deploy-kit/core'

/** Where the parts of an action are. Each is loaded when it runs, so that a step pays for its own part only. */
export interface ActionParts {
  readonly main: () => Promise<{ readonly main: Main }>
  /** Where a killed main may leave something behind. */
  readonly post?: () => Promise<{ readonly post: Main }>
}

const post = () => import('./shared/post.ts')

/** The definitions stand in catalogue.ts: a step needs one of them and gets it with its main. */
export const mains: Readonly<Record<string, ActionParts>> = {
  'build-image': { main: () => import('./build-image/main.ts'), post: () => import('./build-image/post.ts') },
  'scan-trivy': { main: () => import('./scan-trivy/main.ts'), post: () => import('./scan-trivy/post.ts') },
  'deploy-canary': { main: () => import('./deploy-canary/main.ts'), post },
  'smoke-test': { main: () => import('./smoke-test/main.ts') },
  'auto-rollback': { main: () => import('./auto-rollback/main.ts'), post },
  'deploy-kit': { main: () => import('./deploy-kit/main.ts'), post: () => import('./deploy-kit/post.ts') },
}
