const domain = '.svc.cluster.local'

/**
 * The Service that a host names in a namespace: `shop`, `shop.ns`, `shop.ns.svc` or the full name. A short name belongs to the namespace of
 * the object that it stands in (Istio, Destination.host). Undefined for every other host.
 */
export const serviceOfHost = (host: string, standsIn: string, namespace: string): string | undefined => {
  const [name = '', of = standsIn, ...rest] = host.split('.')
  const isFull = rest.length === 0 || `.${rest.join('.')}` === domain || rest.join('.') === 'svc'
  return isFull && of === namespace ? name : undefined
}

/** The host in the same form for another Service of the namespace. */
export const hostOf = (host: string, service: string): string => [service, ...host.split('.').slice(1)].join('.')
