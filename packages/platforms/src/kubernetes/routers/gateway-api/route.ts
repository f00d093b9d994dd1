import type { KubeObject } from '../../api/index.ts'

export interface BackendRef {
  readonly group?: string
  readonly kind?: string
  readonly name: string
  readonly namespace?: string
  readonly port?: number
  /** A share of the sum of all weights of the rule; 1 when absent. */
  readonly weight?: number
  readonly filters?: readonly unknown[]
}

export interface Match {
  readonly headers?: readonly { readonly name: string; readonly value: string; readonly type?: string }[]
}

export interface Rule {
  readonly name?: string
  readonly matches?: readonly Match[]
  readonly backendRefs?: readonly BackendRef[]
}

export interface Condition {
  readonly type: string
  readonly status: string
  readonly reason?: string
  readonly message?: string
  readonly observedGeneration?: number
}

export interface ParentRef {
  readonly group?: string
  readonly kind?: string
  readonly namespace?: string
  readonly name: string
  readonly sectionName?: string
  readonly port?: number
}

export interface ParentStatus {
  readonly parentRef?: ParentRef
  readonly controllerName?: string
  readonly conditions?: readonly Condition[]
}

export interface Route extends KubeObject {
  readonly spec: { readonly parentRefs?: readonly ParentRef[]; readonly rules?: readonly Rule[] }
  readonly status?: { readonly parents?: readonly ParentStatus[] }
}
