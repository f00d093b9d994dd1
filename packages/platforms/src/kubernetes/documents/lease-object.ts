import { gunzipSync, gzipSync } from 'node:zlib'
import type { Json } from '@deploy-kit/core'
import type { Lease } from '@deploy-kit/rollout'
import { kinds, type KubeObject } from '../api/index.ts'
import { prefix } from '../objects/labels.ts'

/** The whole lease, compressed: annotations of an object may have 256 KiB together, and the state of a judge of many metrics is large. */
const content = `${prefix}/lease`
/** For `kubectl describe lease`. */
const intent = `${prefix}/intent`

interface LeaseObject extends KubeObject {
  readonly spec: {
    readonly holderIdentity?: string
    readonly leaseDurationSeconds?: number
    readonly acquireTime?: string
    readonly renewTime: string
  }
}

/** A document as the kind that Kubernetes has for leases; whoever looks with kubectl sees holder and intent. */
export const leaseObject = (document: Json, metadata: NonNullable<KubeObject['metadata']>, now: number): LeaseObject => {
  const lease = asLease(document)
  const { apiVersion, kind } = kinds.lease
  const packed = gzipSync(JSON.stringify(document), { level: 1 }).toString('base64')
  // A heartbeat must change something, or the server keeps the time of the last change.
  const renewTime = microTime(now)
  if (lease === undefined) return { apiVersion, kind, metadata: { ...metadata, annotations: { [content]: packed } }, spec: { renewTime } }
  const { doing, safe, weight } = lease.intent
  return {
    apiVersion,
    kind,
    metadata: {
      ...metadata,
      annotations: { [content]: packed, [intent]: `${doing}; ${safe} is safe; weight ${weight.last} -> ${weight.next}` },
    },
    spec: {
      holderIdentity: `${lease.holder.id}#${lease.holder.attempt}`,
      leaseDurationSeconds: Math.max(1, Math.ceil(lease.ttlMs / 1_000)),
      acquireTime: microTime(lease.acquiredAt),
      renewTime,
    },
  }
}

/** The document as a lease; a newer version of deploy-kit may write another form of it. */
export const asLease = (document: Json | undefined): Lease | undefined => {
  const lease = document as unknown as Partial<Lease> | null | undefined
  return typeof lease === 'object' && lease?.holder !== undefined && lease.intent !== undefined ? (lease as Lease) : undefined
}

/** The lease as JSON; undefined in an object that deploy-kit did not write. */
export const leaseText = ({ metadata }: KubeObject): string | undefined => {
  const text = metadata?.annotations?.[content]
  return text === undefined ? undefined : gunzipSync(Buffer.from(text, 'base64')).toString('utf8')
}

/** RFC 3339 with microseconds, as the kind wants it. */
const microTime = (ms: number): string => new Date(ms).toISOString().replace('Z', '000Z')
