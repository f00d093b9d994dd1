import { runs } from '@deploy-kit/core'
import { scanImage } from '@deploy-kit/release'
import { scanTrivy } from './action.ts'

export const main = runs(scanTrivy, async ({ inputs, host, signal }) => scanImage(inputs, host, signal))
