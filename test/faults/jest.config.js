import shared from '../../jest.config.js'

/** The whole fault matrix: `npm run test:faults`. It takes minutes, so it is not part of `npm test`. */
export default { ...shared, rootDir: '../..', testMatch: ['<rootDir>/test/faults/*.faults.ts'] }
