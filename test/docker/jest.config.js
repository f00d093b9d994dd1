import shared from '../../jest.config.js'

/**
 * Tests with real engines and a real registry: `npm run test:docker`. They need those programs, so they are not part of `npm test`. One
 * file after the other: each starts its own.
 */
export default { ...shared, rootDir: '../..', testMatch: ['<rootDir>/test/docker/**/*.docker.ts'], testTimeout: 180_000, maxWorkers: 1 }
