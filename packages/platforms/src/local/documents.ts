import { KitError, urgent, type Json } from '@deploy-kit/core'
import type { DocumentStore } from '@deploy-kit/rollout'
import type { AdminClient } from './admin-client.ts'
import type { DocumentView } from './protocol.ts'

/** Documents at the edge. A version is its entity tag (RFC 9110, 8.8.3), and compare-and-set is `If-Match`. */
export const localDocuments = (admin: AdminClient, appPath: string): DocumentStore => {
  const path = (name: string): string => `${appPath}/documents/${encodeURIComponent(name)}`
  return {
    read: async (name, signal) => {
      const { status, headers, body } = await admin.call(path(name), signal, { accept: [404], policy: urgent })
      if (status === 404) return undefined
      const { value, ageMs } = JSON.parse(body) as DocumentView
      return { value, ageMs, version: tagOf(headers) }
    },
    write: async (name, value, expected, signal) => {
      const condition: Record<string, string> = expected === undefined ? { 'if-none-match': '*' } : { 'if-match': `"${expected}"` }
      const { headers } = await admin.call(path(name), signal, {
        method: 'PUT',
        body: value satisfies Json,
        headers: condition,
        policy: urgent,
      })
      return tagOf(headers)
    },
    remove: async (name, expected, signal) => {
      await admin.call(path(name), signal, { method: 'DELETE', headers: { 'if-match': `"${expected}"` }, policy: urgent })
    },
  }
}

const tagOf = (headers: Headers): string => {
  const tag = headers.get('etag')
  if (tag === null) throw new KitError('platform-unreachable', 'The edge answered without an entity tag.')
  return tag.replaceAll('"', '')
}
