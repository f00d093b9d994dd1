import base from './jest.config.js'

/** The whole fault matrix: minutes, so a command of its own. */
export default { ...base, testMatch: ['<rootDir>/test/faults/*.faults.ts'] }
