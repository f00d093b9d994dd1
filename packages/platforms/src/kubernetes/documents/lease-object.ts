import { gunzipSync, gzipSync } from 'node:zlib'
import type { Lease } from '@deploy-kit/rollout'
import { kinds, type KubeObject } from '../api/index.ts'
import { prefix } from '../objects/labels.ts'

/** The whole lease, compressed: annotations of an object may have 256 KiB together, and the state of a judge of many metrics is large. */
const content = `${prefix}/lease`
/** For `kubectl describe lease`. */
const intent = `${prefix}/intent`

interface LeaseObject extends KubeObject {
  readonly spec: {
    readonly holderIdentity: string
    readonly leaseDurationSeconds: number
    readonly acquireTime: string
    readonly renewTime: string
  }
}

/** A lease as Kubernetes' own kind, so that whoever looks with kubectl sees holder and intent. */
export const leaseObject = (lease: Lease, metadata: NonNullable<KubeObject['metadata']>, now: number): LeaseObject => ({
  apiVersion: kinds.lease.apiVersion,
  kind: kinds.lease.kind,
  metadata: {
    ...metadata,
    annotations: {
      [content]: gzipSync(JSON.stringify(lease), { level: 1 }).toString('base64'),
      [intent]: `${lease.intent.doing}; ${lease.intent.safe} is safe; weight ${lease.intent.weight.last} -> ${lease.intent.weight.next}`,
    },
  },
  spec: {
    holderIdentity: `${lease.holder.id}#${lease.holder.attempt}`,
    leaseDurationSeconds: Math.max(1, Math.ceil(lease.ttlMs / 1_000)),
    acquireTime: microTime(lease.acquiredAt),
    // A heartbeat must change something, or the server keeps the time of the last change.
    renewTime: microTime(now),
  },
})

/** The lease as JSON; undefined in an object that deploy-kit did not write. */
export const leaseText = ({ metadata }: KubeObject): string | undefined => {
  const text = metadata?.annotations?.[content]
  return text === undefined ? undefined : gunzipSync(Buffer.from(text, 'base64')).toString('utf8')
}

/** RFC 3339 with microseconds, as the kind wants it. */
const microTime = (ms: number): string => new Date(ms).toISOString().replace('Z', '000Z')
