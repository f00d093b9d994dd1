import type { KubeObject } from '../../../packages/platforms/src/kubernetes/api/index.ts'

/** Plurals that are not the kind in lower case with an s. */
const irregular: Readonly<Record<string, string>> = {
  NetworkPolicy: 'networkpolicies',
  Ingress: 'ingresses',
  GatewayClass: 'gatewayclasses',
  HTTPProxy: 'httpproxies',
}

/** Path of the collection that an object belongs to. */
export const collectionPath = ({ apiVersion = 'v1', kind = '' }: KubeObject, namespace: string, plural?: string): string => {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  return `${root}/namespaces/${namespace}/${plural ?? irregular[kind] ?? `${kind.toLowerCase()}s`}`
}
