import shared from '../../jest.config.js'

/** Tests with a real Prometheus: `npm run test:prometheus`. They need its program, so they are not part of `npm test`. */
export default { ...shared, rootDir: '../..', testMatch: ['<rootDir>/test/prometheus/**/*.prometheus.ts'], testTimeout: 90_000 }
