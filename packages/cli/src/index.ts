export { cli, exitStatus } from './cli.ts'
export type { CliAction, CliActions } from './actions.ts'
export { runStep, startStep, type RunContext, type Step, type StepEnd, type StepRequest } from './runner/step.ts'
export { startTraffic, type Traffic, type TrafficCount } from './rehearse/traffic.ts'
