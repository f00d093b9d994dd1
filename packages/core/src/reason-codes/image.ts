import type { ReasonCodePages } from './reason-code.ts'

export const imageCodes = {} as const satisfies ReasonCodePages
