import { gunzipSync, gzipSync } from 'node:zlib'
import { KitError } from '@deploy-kit/core'
import type { Release } from '@deploy-kit/rollout'
import type { KubeObject } from '../api/index.ts'
import type { Configuration } from '../configuration/copies.ts'
import { ours } from '../objects/labels.ts'
import { asLabel, asName } from '../objects/names.ts'
import type { Deployment } from '../objects/models.ts'
import type { Blueprint, Origin } from './blueprint.ts'

/** When a release was last promoted, or found running; absent while it has not served. RFC 3339. */
export const servedAt = 'deploy-kit.io/served-at'

/** Most that an object may hold is 1 MiB (validation of ConfigMaps and Secrets); names, labels and the base64 of what is compressed need some of it. */
const mostBytes = 1_000_000

export interface SnapshotPlace {
  readonly app: string
  readonly workload: string
  readonly namespace: string
}

export const snapshotName = ({ app, workload }: SnapshotPlace, { digest, configuration }: Release): string =>
  `deploy-kit.${asName(app)}.${asName(workload)}.${digest.slice('sha256:'.length, 'sha256:'.length + 12)}-${asName(configuration)}`

export const snapshotLabels = ({ app, workload }: Omit<SnapshotPlace, 'namespace'>): Readonly<Record<string, string>> => ({
  [ours.managedBy]: 'deploy-kit',
  [ours.app]: asLabel(app),
  [ours.workload]: asLabel(workload),
  [ours.part]: 'snapshot',
})

/**
 * A blueprint as objects: a ConfigMap, whose workload can be read with kubectl, and beside it a Secret of the same name where the manifests
 * hold Secrets. Both are immutable.
 * @throws KitError `snapshot-too-large`
 */
export const snapshotObjects = (blueprint: Blueprint, place: SnapshotPlace, served: number | undefined): readonly Configuration[] => {
  const { release, origin, workload, replicas, objects } = blueprint
  const metadata = {
    name: snapshotName(place, release),
    namespace: place.namespace,
    labels: snapshotLabels(place),
    ...(served !== undefined && { annotations: { [servedAt]: new Date(served).toISOString() } }),
  }
  const secrets = objects.filter(isSecret)
  const map: Configuration = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata,
    immutable: true,
    data: {
      release: JSON.stringify(release),
      origin,
      workload: JSON.stringify(workload, null, 2),
      ...(replicas !== undefined && { replicas: String(replicas) }),
    },
    binaryData: { objects: packed(objects.filter((object) => !isSecret(object))) },
  }
  const secret: Configuration = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata,
    immutable: true,
    type: 'deploy-kit.io/snapshot',
    data: { objects: packed(secrets) },
  }
  const all = secrets.length === 0 ? [map] : [map, secret]
  for (const { kind, data, binaryData } of all) {
    const bytes = [...Object.values(data ?? {}), ...Object.values(binaryData ?? {})].reduce((sum, text) => sum + Buffer.byteLength(text), 0)
    if (bytes > mostBytes)
      throw new KitError(
        'snapshot-too-large',
        `The manifests of this release need ${bytes} bytes as one ${kind ?? 'object'}; ${mostBytes} can be kept.`,
      )
  }
  return all
}

/** The blueprint that objects hold; undefined for an object that deploy-kit did not write. */
export const blueprintIn = (map: Configuration, secret: Configuration | undefined): Blueprint | undefined => {
  const { release, workload, origin, replicas } = map.data ?? {}
  if (release === undefined || workload === undefined) return undefined
  return {
    release: JSON.parse(release) as Release,
    origin: (origin ?? 'image') as Origin,
    workload: JSON.parse(workload) as Deployment,
    ...(replicas !== undefined && { replicas: Number(replicas) }),
    objects: [...unpacked(map.binaryData?.['objects']), ...unpacked(secret?.data?.['objects'])],
  }
}

const isSecret = ({ apiVersion, kind }: KubeObject): boolean => apiVersion === 'v1' && kind === 'Secret'

const packed = (objects: readonly KubeObject[]): string => gzipSync(JSON.stringify(objects), { level: 9 }).toString('base64')

const unpacked = (text: string | undefined): readonly KubeObject[] =>
  text === undefined ? [] : (JSON.parse(gunzipSync(Buffer.from(text, 'base64')).toString('utf8')) as readonly KubeObject[])
