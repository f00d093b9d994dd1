import shared from '../../jest.config.js'

/** Tests with a real Trivy: `npm run test:trivy`. They need its program and trivy-make-db, so they are not part of `npm test`. */
export default { ...shared, rootDir: '../..', testMatch: ['<rootDir>/test/trivy/**/*.trivy.ts'], testTimeout: 120_000 }
