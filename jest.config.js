/** Tests run the sources: the `source` export condition and swc spare a build. */
export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' }, module: { type: 'es6' } }],
  },
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
  transformIgnorePatterns: ['/node_modules/'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/out/'],
  // Generous, because a busy machine is no fault of ours: nothing here is timed, and what hangs is found all the same.
  testTimeout: 60_000,
  // Many suites wait for processes and sockets more than they compute.
  maxWorkers: '100%',
  watchman: false,
  cacheDirectory: 'out/jest',
}
