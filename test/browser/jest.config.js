import shared from '../../jest.config.js'

/** Tests in a real browser: `npm run test:browser`. They need Chromium, so they are not part of `npm test`. */
export default { ...shared, rootDir: '../..', testMatch: ['<rootDir>/test/browser/**/*.browser.ts'], testTimeout: 60_000 }
