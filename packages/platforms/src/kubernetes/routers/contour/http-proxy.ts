import type { KubeObject } from '../../api/index.ts'

/** projectcontour.io/v1, Service of a Route. */
export interface ProxyService {
  readonly name: string
  readonly port?: number
  /** When no service of a route has one, all get the same share. */
  readonly weight?: number
  /** Gets a copy of the requests, and is no share. */
  readonly mirror?: boolean
}

export interface MatchCondition {
  readonly prefix?: string
  readonly header?: { readonly name: string; readonly exact?: string; readonly regex?: string }
}

export interface ProxyRoute {
  readonly conditions?: readonly MatchCondition[]
  readonly services?: readonly ProxyService[]
}

export interface HttpProxy extends KubeObject {
  readonly spec: { readonly routes?: readonly ProxyRoute[] }
  readonly status?: {
    readonly currentStatus?: string
    readonly description?: string
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly observedGeneration?: number }[]
  }
}
