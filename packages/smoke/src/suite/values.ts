import { expected, readBy, words } from '@deploy-kit/core/yaml'
import { jsonQuery } from './json-query.ts'

export const pattern = readBy('a regular expression', (text) => new RegExp(text, 'su'))
export const query = readBy('a JSONPath (RFC 9535)', jsonQuery).meta({ examples: ['$.items[0].price'] })

/** A path on the server under test, which the caller gives. `//host` would be another one. */
export const path = words.regex(/^\/(?!\/)/, { error: expected('a path that begins with one /, such as /api/products') })
