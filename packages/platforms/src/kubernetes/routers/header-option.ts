import { keys, words } from '@deploy-kit/core/yaml'

/** `header: { name: x-canary, value: always }`: an option of all routers that can send requests by a header. */
export const headerOption = keys({
  name: words.describe('Name of the header.'),
  value: words.default('always').describe('Its value.'),
})
  .optional()
  .describe('A header that brings a request to the canary whatever its weight, for smoke tests through the router.')
