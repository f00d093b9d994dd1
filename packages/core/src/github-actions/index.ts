export { githubHost, runIdentity } from './host.ts'
export { actionsLogger } from './logger.ts'
export { fitSummary, summaryLimitBytes } from './summary.ts'
