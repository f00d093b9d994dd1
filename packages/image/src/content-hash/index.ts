export { contentHash, type ContentHash, type ContentRequest } from './content-hash.ts'
export { contentTag, findUnchanged } from './unchanged.ts'
