import type { ReasonCodePages } from './reason-code.ts'

export const configCodes = {} as const satisfies ReasonCodePages
