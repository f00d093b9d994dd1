import { KitError, urgent, type Clock, type Json } from '@deploy-kit/core'
import { leaseDocument, type DocumentStore } from '@deploy-kit/rollout'
import { fieldManager, kinds, pathOf, type Kind, type KubeClient, type KubeObject } from '../api/index.ts'
import { ours } from '../objects/labels.ts'
import { asLabel, asName } from '../objects/names.ts'
import { documentNames } from './names.ts'
import { leaseObject, leaseText } from './lease-object.ts'

interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>
}

interface Stored extends KubeObject {
  readonly metadata: NonNullable<KubeObject['metadata']> & {
    readonly managedFields?: readonly { readonly manager?: string; readonly time?: string }[]
  }
}

export interface DocumentPlace {
  readonly client: KubeClient
  readonly namespace: string
  readonly app: string
  readonly environment: string
  readonly clock: Clock
}

/**
 * Documents as objects beside the workload: the lease is a Lease, each other a ConfigMap. A version is uid and resourceVersion, which
 * the API server never uses again; their age goes by its clock (the Date of its answers, and the time that it keeps for each field manager).
 */
export const kubernetesDocuments = ({ client, namespace, app, environment, clock }: DocumentPlace): DocumentStore => {
  const { lease: base } = documentNames(app, environment)
  const collection = (name: string): string => pathOf(kindOf(name), namespace)
  const path = (name: string): string => pathOf(kindOf(name), namespace, objectName(name))
  const objectName = (name: string): string => (name === leaseDocument ? base : `${base}.${asName(name)}`)

  const objectOf = (name: string, value: Json): KubeObject => {
    const { apiVersion, kind } = kindOf(name)
    const metadata = { name: objectName(name), namespace, labels: { [ours.managedBy]: 'deploy-kit', [ours.app]: asLabel(app) } }
    if (name === leaseDocument) return leaseObject(value, metadata, clock.now())
    return { apiVersion, kind, metadata, data: { value: JSON.stringify(value) } } as ConfigMap
  }
  const ageOf = (object: Stored): number => {
    const written =
      object.metadata.managedFields?.filter(({ manager }) => manager === fieldManager).map(({ time }) => Date.parse(time ?? '')) ?? []
    const now = client.now()
    return now === undefined || written.length === 0 ? 0 : Math.max(0, now - Math.max(...written))
  }

  return {
    read: async (name, signal) => {
      const object = await client.get<Stored>(path(name), { signal, policy: urgent })
      if (object === undefined) return undefined
      const text = name === leaseDocument ? leaseText(object) : (object as ConfigMap).data?.['value']
      if (text === undefined) throw foreign(objectName(name))
      return { value: JSON.parse(text) as Json, version: versionOf(object), ageMs: ageOf(object) }
    },
    write: (name, value, expected, signal) =>
      orConflict(async () => {
        const object = objectOf(name, value)
        const call = { signal, policy: urgent }
        if (expected === undefined) return versionOf(await client.create(collection(name), object, call))
        const [uid = '', resourceVersion = ''] = expected.split('/')
        return versionOf(await client.replace(path(name), { ...object, metadata: { ...object.metadata, uid, resourceVersion } }, call))
      }),
    remove: (name, expected, signal) =>
      orConflict(async () => {
        const [uid = '', resourceVersion = ''] = expected.split('/')
        await client.remove(path(name), { signal, policy: urgent, preconditions: { uid, resourceVersion } })
      }),
  }
}

const kindOf = (name: string): Kind => (name === leaseDocument ? kinds.lease : kinds.configMap)

const versionOf = ({ metadata }: KubeObject): string => `${metadata?.uid ?? ''}/${metadata?.resourceVersion ?? ''}`

/** What is not there any more was changed by somebody else too. */
const orConflict = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    if (error instanceof KitError && (error.code === 'cluster-conflict' || error.code === 'cluster-object-missing'))
      throw new KitError('document-conflict', error.message, { cause: error })
    throw error
  }
}

const foreign = (name: string): KitError =>
  new KitError('foreign-writer', `The object ${name} is not one that deploy-kit wrote. Nothing was touched.`)
