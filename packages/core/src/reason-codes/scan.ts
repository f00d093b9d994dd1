import type { ReasonCodePages } from './reason-code.ts'

export const scanCodes = {} as const satisfies ReasonCodePages
