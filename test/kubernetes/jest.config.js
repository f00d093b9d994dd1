import shared from '../../jest.config.js'

/** Tests in a real cluster: `npm run test:kubernetes`. They need one, so they are not part of `npm test`. */
export default {
  ...shared,
  rootDir: '../..',
  testMatch: ['<rootDir>/test/kubernetes/**/*.kubernetes.ts'],
  testTimeout: 180_000,
  setupFilesAfterEnv: ['<rootDir>/test/kubernetes/retry.ts'],
  // One node serves all of them: two suites at a time leave it time for what is tested.
  maxWorkers: 2,
}
