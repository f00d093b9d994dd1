import { runs } from '@deploy-kit/core'
import { scanLoggedIn } from '@deploy-kit/release'
import { scanTrivy } from './action.ts'

export const main = runs(scanTrivy, async ({ inputs, host, signal }) => scanLoggedIn(inputs, host, signal))
