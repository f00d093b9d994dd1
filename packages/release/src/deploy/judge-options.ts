import type { JudgeOptions } from '@deploy-kit/judge'
import type { DeploySettings } from './settings.ts'

/** The judge's options; what the user did not say is the judge's own default. */
export const judgeOptions = (settings: DeploySettings): JudgeOptions => ({
  ...settings.judge,
  weights: settings.steps.map((step) => step.weight),
})
