import type { ReasonCodePages } from './reason-code.ts'

export const judgeCodes = {
  'series-invalid': {
    title: 'A recorded series cannot be read',
    cause: 'A line is neither JSON nor CSV, or one of its fields is no count.',
    remedy: 'Correct the line; docs/judge.md shows the format.',
  },
} as const satisfies ReasonCodePages
