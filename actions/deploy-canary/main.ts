import { runs } from '@deploy-kit/core'
import { deployCanary } from './action.ts'
import { release } from './release.ts'

export const main = runs(deployCanary, async (context) => release(context.inputs, context))
