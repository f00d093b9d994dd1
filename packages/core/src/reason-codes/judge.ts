import type { ReasonCodePages } from './reason-code.ts'

export const judgeCodes = {} as const satisfies ReasonCodePages
