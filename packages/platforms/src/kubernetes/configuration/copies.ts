import type { KubeObject } from '../api/index.ts'
import { canonical, shortHash } from '../objects/hash.ts'
import { ours } from '../objects/labels.ts'
import { asLabel } from '../objects/names.ts'
import type { Reference } from './references.ts'

/** A ConfigMap or a Secret. */
export interface Configuration extends KubeObject {
  readonly type?: string
  readonly immutable?: boolean
  readonly data?: Readonly<Record<string, string>> | null
  readonly binaryData?: Readonly<Record<string, string>> | null
  /** Secrets in manifests; the server makes `data` of it. */
  readonly stringData?: Readonly<Record<string, string>> | null
}

export interface CopyOwner {
  readonly app: string
  /** Name of the workload that reads the copy. Copies are never shared, so that no other workload's clean-up takes one away. */
  readonly workload: string
  readonly namespace: string
}

/** Secrets that live by being renewed in place (certificates), or that the cluster gives a meaning of its own. */
const leftAlone = new Set([
  'kubernetes.io/tls',
  'kubernetes.io/service-account-token',
  'kubernetes.io/dockercfg',
  'kubernetes.io/dockerconfigjson',
  'bootstrap.kubernetes.io/token',
])
/** ConfigMaps that the cluster itself puts into every namespace, and renews. */
const ofTheCluster = new Set(['kube-root-ca.crt', 'openshift-service-ca.crt'])

/** Set to `false` on a ConfigMap or Secret that is to be read as it is at any time. */
export const pinAnnotation = 'deploy-kit.io/pin'

/** Whether a copy may stand for an object: not when it is renewed in place, or when its owner says so. */
export const isCopied = ({ kind, metadata, type = '' }: Configuration): boolean => {
  const { name = '', annotations = {} } = metadata ?? {}
  if (annotations[pinAnnotation] === 'false' || Object.keys(annotations).some((key) => key.startsWith('cert-manager.io/'))) return false
  return kind === 'Secret' ? !leftAlone.has(type) : !ofTheCluster.has(name)
}

/** Longest name of a ConfigMap or Secret (RFC 1123 subdomain). */
const longestName = 253

/** An immutable copy of an object under its name and a hash of its content. The same content has the same name. */
export const copyOf = (object: Configuration, { kind, name }: Reference, { app, workload, namespace }: CopyOwner): Configuration => {
  const content = contentOf(object, kind)
  const hash = shortHash(canonical([kind, workload, content]))
  return {
    apiVersion: 'v1',
    kind,
    metadata: {
      name: `${name.slice(0, longestName - hash.length - 1)}-${hash}`,
      namespace,
      labels: {
        [ours.managedBy]: 'deploy-kit',
        [ours.app]: asLabel(app),
        [ours.workload]: asLabel(workload),
        [ours.part]: 'configuration',
      },
      annotations: { [ours.copyOf]: name },
    },
    ...content,
    immutable: true,
  }
}

const contentOf = ({ type, data, binaryData, stringData }: Configuration, kind: Reference['kind']): Partial<Configuration> => {
  if (kind === 'ConfigMap') return { ...filled('data', data), ...filled('binaryData', binaryData) }
  const encoded = Object.entries(stringData ?? {}).map(([key, text]): [string, string] => [key, Buffer.from(text).toString('base64')])
  // What stands in both is taken from stringData, as the server does.
  return { type: type ?? 'Opaque', ...filled('data', { ...data, ...Object.fromEntries(encoded) }) }
}

const filled = (key: 'data' | 'binaryData', value: Readonly<Record<string, string>> | null | undefined): Partial<Configuration> =>
  value === null || value === undefined || Object.keys(value).length === 0 ? {} : { [key]: value }
