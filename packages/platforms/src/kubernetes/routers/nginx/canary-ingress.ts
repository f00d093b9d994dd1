import type { Ingress } from '../../objects/models.ts'
import { ours } from '../../objects/labels.ts'
import type { Sides } from '../weights/sharing.ts'
import type { NginxOptions } from './options.ts'
import { leadsTo, type IngressPath } from './ingress.ts'

/** The annotations of a canary (ingress-nginx, "Canary"). All others are inherited from the main Ingress. */
export const canaryAnnotations = ({
  'annotation-prefix': prefix,
  header,
  cookie,
}: Pick<NginxOptions, 'annotation-prefix' | 'header' | 'cookie'>): Readonly<Record<string, string>> => ({
  [`${prefix}/canary`]: 'true',
  [`${prefix}/canary-weight`]: '0',
  [`${prefix}/canary-weight-total`]: '100',
  ...(header !== undefined && {
    [`${prefix}/canary-by-header`]: header.name,
    [`${prefix}/canary-by-header-value`]: header.value,
  }),
  ...(cookie !== undefined && { [`${prefix}/canary-by-cookie`]: cookie.name }),
})

/** The second Ingress: those paths of the main one that lead to stable, with the same hosts, types and class, leading to the canary. */
export const canaryIngress = (
  main: Ingress,
  name: string,
  { stable, canary }: Sides,
  annotations: Readonly<Record<string, string>>,
): Ingress => {
  const rules = (main.spec?.rules ?? []).flatMap((rule) => {
    const paths = (rule.http?.paths ?? []).filter((path) => leadsTo(stable)({ host: '', path }))
    return paths.length === 0 ? [] : [{ ...(rule.host !== undefined && { host: rule.host }), http: { paths: paths.map(towards(canary)) } }]
  })
  const className = main.metadata?.annotations?.['kubernetes.io/ingress.class']
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: {
      name,
      namespace: main.metadata?.namespace ?? '',
      labels: { [ours.managedBy]: 'deploy-kit', [ours.track]: 'canary' },
      annotations: { ...annotations, ...(className !== undefined && { 'kubernetes.io/ingress.class': className }) },
    },
    spec: { ...(main.spec?.ingressClassName !== undefined && { ingressClassName: main.spec.ingressClassName }), rules },
  }
}

const towards =
  (service: string) =>
  (path: IngressPath): IngressPath => ({
    ...path,
    backend: { service: { ...path.backend.service, name: service } },
  })
