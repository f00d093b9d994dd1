import { type HttpRequest } from '@deploy-kit/core'
import type { Descriptor } from '../layout/schema.ts'

type Fetch = NonNullable<HttpRequest['fetch']>

/**
 * An upload in one piece as one exchange: POST opens it, PUT sends the content to the address that the answer names (OCI distribution
 * specification, "Pushing blobs monolithically"). A try that fails anywhere in it begins anew, for what was opened before may be gone.
 * A 201 to the POST means that the registry took the blob over from another repository, and nothing is sent.
 */
export const uploadAtOnce =
  ({ digest }: Descriptor, content: () => Promise<Blob>, follow: (location: string, from: string | URL) => URL): Fetch =>
  async (url, init) => {
    const opened = await fetch(url, { ...init, method: 'POST', body: null })
    const location = opened.headers.get('location')
    if (opened.status !== 202 || location === null) return opened
    await opened.arrayBuffer()
    const target = follow(location, url)
    const headers = new Headers(init.headers)
    headers.set('content-type', 'application/octet-stream')
    if (target.origin !== new URL(url).origin) headers.delete('authorization')
    // Appended as text: what the registry has in its own query may be signed as it stands.
    const separator = target.search === '' ? '?' : '&'
    return fetch(`${target.href}${separator}digest=${encodeURIComponent(digest)}`, {
      ...init,
      method: 'PUT',
      headers,
      body: await content(),
    })
  }
