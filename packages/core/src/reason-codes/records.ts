import type { ReasonCodePages } from './reason-code.ts'

export const recordsCodes = {} as const satisfies ReasonCodePages
