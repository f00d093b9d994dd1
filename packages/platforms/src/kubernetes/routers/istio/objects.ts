import type { KubeObject } from '../../api/index.ts'

/** networking.istio.io/v1, HTTPRouteDestination. */
export interface RouteDestination {
  readonly destination: { readonly host: string; readonly subset?: string; readonly port?: { readonly number?: number } }
  /** A share of the sum; a single destination gets everything, and one of several without a weight nothing. */
  readonly weight?: number
}

export interface HttpMatch {
  readonly headers?: Readonly<Record<string, { readonly exact?: string; readonly regex?: string }>>
}

export interface HttpRoute {
  readonly name?: string
  readonly match?: readonly HttpMatch[]
  readonly route?: readonly RouteDestination[]
}

export interface VirtualService extends KubeObject {
  readonly spec: { readonly http?: readonly HttpRoute[] }
}

export interface DestinationRule extends KubeObject {
  readonly spec: {
    readonly host: string
    readonly subsets?: readonly { readonly name: string; readonly labels?: Readonly<Record<string, string>> }[]
  }
}
