export { supervise, type Finished, type SuperviseOptions } from './supervise.ts'
export { ask, lastLines } from './ask.ts'
