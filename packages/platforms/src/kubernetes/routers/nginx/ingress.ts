import type { Ingress } from '../../objects/models.ts'

type Rule = NonNullable<NonNullable<Ingress['spec']>['rules']>[number]
export type IngressPath = NonNullable<Rule['http']>['paths'][number]

/** A path of an Ingress with its host. Rules without paths, and backends that are no Service, are legal and are none. */
export interface HostPath {
  readonly host: string
  readonly path: IngressPath
}

export const hostPathsOf = ({ spec }: Ingress): readonly HostPath[] =>
  (spec?.rules ?? []).flatMap(({ host = '', http }) => (http?.paths ?? []).map((path) => ({ host, path })))

export const leadsTo =
  (service: string) =>
  ({ path }: HostPath): boolean =>
    path.backend.service?.name === service

/** What a location of ingress-nginx is told by: the canary must say the same as the main Ingress. */
export const placeOf = ({ host, path }: HostPath): string => `${host}${path.path ?? '/'} (${path.pathType})`

/** Class of an Ingress, by the field or the annotation that came before it. */
export const classOf = ({ metadata, spec }: Ingress): string | undefined =>
  spec?.ingressClassName ?? metadata?.annotations?.['kubernetes.io/ingress.class']
