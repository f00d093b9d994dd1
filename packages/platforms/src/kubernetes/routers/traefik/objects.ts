import type { KubeObject } from '../../api/index.ts'

/** A load balancer's entry (traefik.io/v1alpha1, LoadBalancerSpec). */
export interface TraefikBackend {
  readonly name: string
  readonly namespace?: string
  /** `Service`, or `TraefikService`, whose name ends with `@internal` or is an object of its own. */
  readonly kind?: string
  readonly weight?: number
}

export interface TraefikRoute {
  readonly match?: string
  /** By default the length of the match. */
  readonly priority?: number
  /** Language of the match; `v3` when absent. */
  readonly syntax?: string
  readonly services?: readonly TraefikBackend[]
}

/** A TraefikService shares traffic by `weighted`, an IngressRoute in each of its routes. */
export interface TraefikObject extends KubeObject {
  readonly spec: {
    readonly weighted?: { readonly services?: readonly TraefikBackend[] }
    readonly routes?: readonly TraefikRoute[]
  }
}
