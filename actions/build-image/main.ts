import { runs } from '@deploy-kit/core'
import { buildImage as build } from '@deploy-kit/release'
import { buildImage } from './action.ts'

export const main = runs(buildImage, async ({ inputs, host, signal }) => build(inputs, host, signal))
