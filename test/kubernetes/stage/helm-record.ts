import { gunzipSync, gzipSync } from 'node:zlib'

interface Stored {
  readonly info: { readonly status: string; readonly last_deployed: string }
}

/** Another state for what Helm keeps of a revision: base64 of gzip of JSON, in base64 as every Secret (helm, pkg/storage/driver/util.go). */
export const withStatus = (data: string, status: string, since: Date): string => {
  const packed = Buffer.from(Buffer.from(data, 'base64').toString('ascii'), 'base64')
  const stored = JSON.parse(gunzipSync(packed).toString('utf8')) as Stored
  const changed = { ...stored, info: { ...stored.info, status, last_deployed: since.toISOString() } }
  return Buffer.from(gzipSync(JSON.stringify(changed)).toString('base64')).toString('base64')
}
