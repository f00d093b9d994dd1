import type { ReasonCodePages } from './reason-code.ts'

export const smokeCodes = {} as const satisfies ReasonCodePages
