import { jest } from '@jest/globals'

// A story here starts dozens of pods on nodes that may be small and busy. One that fails is told, and then once more; whoever fails
// twice has failed.
jest.retryTimes(1, { logErrorsBeforeRetry: true })
