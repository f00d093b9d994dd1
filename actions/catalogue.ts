import type { ActionDefinition } from '@deploy-kit/core'
import { autoRollback } from './auto-rollback/action.ts'
import { buildImage } from './build-image/action.ts'
import { deployCanary } from './deploy-canary/action.ts'
import { deployKit } from './deploy-kit/action.ts'
import { scanTrivy } from './scan-trivy/action.ts'
import { smokeTest } from './smoke-test/action.ts'

/** Every action there is. action.yml, READMEs, dist entries and the flags of the command line follow from this list. */
export const definitions: readonly ActionDefinition[] = [buildImage, scanTrivy, deployCanary, smokeTest, autoRollback, deployKit]
