import { runs } from '@deploy-kit/core'
import { smokeTest as runSuite } from '@deploy-kit/release'
import { smokeTest } from './action.ts'

export const main = runs(smokeTest, async ({ inputs, host, signal }) => runSuite(inputs, host, signal))
