import type { Json } from '@deploy-kit/core'
import { compile } from 'json-p3'
import type { JsonQuery } from './suite.ts'

/** @throws JSONPathError when the path is not one of RFC 9535 */
export const jsonQuery = (path: string): JsonQuery => {
  const compiled = compile(path)
  return { path, find: (document) => compiled.query(document as Parameters<typeof compiled.query>[0]).values() as Json[] }
}
