import type { KubeObject } from '../../../../../packages/platforms/src/kubernetes/api/index.ts'
import type { TraefikObject } from '../../../../../packages/platforms/src/kubernetes/routers/traefik/objects.ts'
import { edited, reweighed, service, type World } from './world.ts'

const traefikService = { apiVersion: 'traefik.io/v1alpha1', kind: 'TraefikService' } as const
const ingressRoute = { apiVersion: 'traefik.io/v1alpha1', kind: 'IngressRoute' } as const

export const traefikServiceWorld: World = {
  router: 'traefik',
  options: {},
  objects: [
    service('shop'),
    service('legacy'),
    service('shop-canary'),
    {
      ...traefikService,
      metadata: { name: 'shop' },
      spec: {
        weighted: {
          sticky: { cookie: { name: 'shop', httpOnly: true } },
          services: [
            { name: 'legacy', port: 80, weight: 1 },
            { name: 'shop', port: 80, weight: 2 },
          ],
        },
      },
    } as KubeObject,
  ],
  touched: [[traefikService, 'shop']],
  interfere: (place, percent) =>
    edited<TraefikObject>(place, traefikService, 'shop', ({ spec }) =>
      reweighed(spec.weighted?.services ?? [], ({ name }) => name, percent),
    ),
  rearrange: (place) =>
    edited<TraefikObject>(place, traefikService, 'shop', ({ spec }) => {
      const services = spec.weighted?.services as object[]
      services.reverse()
    }),
}

export const ingressRouteWorld = (host = 'shop.test', options: object = {}): World => ({
  router: 'traefik',
  options,
  objects: [
    service('shop'),
    service('legacy'),
    service('shop-canary'),
    {
      ...ingressRoute,
      metadata: { name: 'shop', labels: { team: 'shop' } },
      spec: {
        entryPoints: ['web'],
        routes: [
          { kind: 'Rule', match: `Host(\`${host}\`)`, services: [{ name: 'shop', port: 80, passHostHeader: true }] },
          { kind: 'Rule', match: `Host(\`${host}\`) && PathPrefix(\`/old\`)`, priority: 100, services: [{ name: 'legacy', port: 80 }] },
        ],
      },
    } as KubeObject,
  ],
  touched: [[ingressRoute, 'shop']],
  interfere: (place, percent) =>
    edited<TraefikObject>(place, ingressRoute, 'shop', ({ spec }) => {
      for (const { services = [] } of spec.routes ?? []) reweighed(services, ({ name }) => name, percent)
    }),
  rearrange: (place) =>
    edited<TraefikObject>(place, ingressRoute, 'shop', ({ spec }) => {
      const routes = spec.routes as object[]
      routes.reverse()
    }),
})
