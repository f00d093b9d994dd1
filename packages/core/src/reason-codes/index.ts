import { generalCodes } from './general.ts'
import { rolloutCodes } from './rollout.ts'
import { platformCodes } from './platform.ts'
import { kubernetesCodes } from './kubernetes.ts'
import { imageCodes } from './image.ts'
import { registryCodes } from './registry.ts'
import { buildCodes } from './build.ts'
import { scanCodes } from './scan.ts'
import { smokeCodes } from './smoke.ts'
import { judgeCodes } from './judge.ts'
import { metricsCodes } from './metrics.ts'
import { recordsCodes } from './records.ts'
import { configCodes } from './config.ts'

/** Every reason code there is. A code that is not here does not compile, so each one has a page. */
export const reasonCodes = {
  ...generalCodes,
  ...configCodes,
  ...rolloutCodes,
  ...platformCodes,
  ...kubernetesCodes,
  ...judgeCodes,
  ...metricsCodes,
  ...imageCodes,
  ...registryCodes,
  ...buildCodes,
  ...scanCodes,
  ...smokeCodes,
  ...recordsCodes,
} as const

export type ReasonCode = keyof typeof reasonCodes
export type { ReasonCodePage, ReasonCodePages } from './reason-code.ts'
