import type { KubeObject } from '../api/index.ts'

/** An object as it stands in a file. */
export interface Manifest {
  readonly object: KubeObject & { readonly apiVersion: string; readonly kind: string }
  /** `file:line:column`. */
  readonly where: string
}

/** `Service shop`, for messages. */
export const calledObject = ({ kind, metadata }: KubeObject): string => `${kind ?? 'object'} ${metadata?.name ?? ''}`

/** The same object, whatever version of its group it is written in. */
export const identityOf = ({ apiVersion = '', kind = '', metadata }: KubeObject): string =>
  [groupOf(apiVersion), kind, metadata?.namespace ?? '', metadata?.name ?? ''].join('/')

export const groupOf = (apiVersion: string): string => (apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '')
