import { KitError } from '@deploy-kit/core'
import { pathOf, type Kind, type KubeClient, type KubeObject } from '../api/index.ts'
import { groupOf } from './manifest.ts'

/** A kind as the server has it. */
export interface ServedKind extends Kind {
  readonly namespaced: boolean
}

/** Knows the kinds that the server has. Each version of a group is asked for once. */
export interface Discovery {
  /** Undefined when the server does not know the kind. */
  find(object: KubeObject, signal: AbortSignal): Promise<ServedKind | undefined>
  /** Path of an object. @throws KitError `cluster-object-missing` when the server does not know its kind */
  path(object: KubeObject, signal: AbortSignal): Promise<string>
}

interface ResourceList {
  readonly resources?: readonly { readonly name: string; readonly kind: string; readonly namespaced: boolean }[]
}

export const discovery = (client: KubeClient, namespace: string): Discovery => {
  const asked = new Map<string, Promise<ResourceList | undefined>>()
  const listOf = (apiVersion: string, signal: AbortSignal): Promise<ResourceList | undefined> => {
    const path = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
    const answer = asked.get(apiVersion) ?? client.get<KubeObject & ResourceList>(path, { signal })
    asked.set(apiVersion, answer)
    answer.then(
      (found) => found ?? asked.delete(apiVersion),
      () => asked.delete(apiVersion),
    )
    return answer
  }
  const find: Discovery['find'] = async ({ apiVersion = '', kind = '' }, signal) => {
    const list = await listOf(apiVersion, signal)
    // A name with a slash is a part of another one, such as deployments/scale.
    const found = list?.resources?.find((resource) => resource.kind === kind && !resource.name.includes('/'))
    return found && { apiVersion, kind, plural: found.name, namespaced: found.namespaced }
  }
  return {
    find,
    path: async (object, signal) => {
      const kind = await find(object, signal)
      if (kind === undefined)
        throw new KitError(
          'cluster-object-missing',
          `The cluster does not know the kind ${object.kind ?? ''} of ${object.apiVersion ?? ''}.`,
        )
      return objectPath(kind, object, namespace)
    },
  }
}

/** Path of an object of a kind, of which some have no namespace. */
export const objectPath = (kind: ServedKind, { metadata }: KubeObject, namespace: string): string => {
  if (kind.namespaced) return pathOf(kind, metadata?.namespace ?? namespace, metadata?.name)
  const root = kind.apiVersion.includes('/') ? `/apis/${kind.apiVersion}` : `/api/${kind.apiVersion}`
  return `${root}/${kind.plural}/${encodeURIComponent(metadata?.name ?? '')}`
}

interface Definition extends KubeObject {
  readonly spec?: { readonly group?: string; readonly names?: { readonly kind?: string } }
}

/** Whether manifests bring the definition of a kind themselves. */
export const isDefinedBy = (objects: readonly KubeObject[], { apiVersion = '', kind }: KubeObject): boolean =>
  objects.some(
    (object) =>
      object.kind === 'CustomResourceDefinition' &&
      (object as Definition).spec?.group === groupOf(apiVersion) &&
      (object as Definition).spec?.names?.kind === kind,
  )
