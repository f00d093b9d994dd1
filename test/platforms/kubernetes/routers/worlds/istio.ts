import type { KubeObject } from '../../../../../packages/platforms/src/kubernetes/api/index.ts'
import type { VirtualService } from '../../../../../packages/platforms/src/kubernetes/routers/istio/objects.ts'
import { edited, reweighed, service, type World } from './world.ts'

const virtualService = { apiVersion: 'networking.istio.io/v1', kind: 'VirtualService' } as const
const destinationRule = { apiVersion: 'networking.istio.io/v1', kind: 'DestinationRule' } as const

export const shopVirtualService = (): KubeObject =>
  ({
    ...virtualService,
    metadata: { name: 'shop' },
    spec: {
      hosts: ['shop', 'shop.example.com'],
      gateways: ['mesh', 'edge'],
      http: [
        {
          name: 'api',
          match: [{ uri: { prefix: '/api' } }],
          route: [{ destination: { host: 'shop', subset: 'v1', port: { number: 80 } } }],
          retries: { attempts: 2, perTryTimeout: '1s' },
          timeout: '3s',
        },
        {
          name: 'main',
          route: [
            { destination: { host: 'shop.elsewhere.svc.cluster.local' }, weight: 10 },
            { destination: { host: 'shop', subset: 'v1' }, weight: 90 },
          ],
          mirror: { host: 'shop-shadow' },
        },
        { name: 'legacy', match: [{ uri: { prefix: '/old' } }], route: [{ destination: { host: 'legacy' } }] },
      ],
      tcp: [{ route: [{ destination: { host: 'shop' } }] }],
    },
  }) as unknown as KubeObject

export const shopDestinationRule = (): KubeObject =>
  ({
    ...destinationRule,
    metadata: { name: 'shop' },
    spec: {
      host: 'shop',
      trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL' } },
      subsets: [
        { name: 'v1', labels: { app: 'shop' }, trafficPolicy: { connectionPool: { http: { maxRequestsPerConnection: 10 } } } },
        { name: 'others', labels: { app: 'others' } },
      ],
    },
  }) as unknown as KubeObject

export const istioWorld = (options: object = {}): World => ({
  router: 'istio',
  options,
  objects: [service('shop'), service('shop-canary'), shopDestinationRule(), shopVirtualService()],
  touched: [
    [virtualService, 'shop'],
    [destinationRule, 'shop'],
    [destinationRule, 'shop-canary'],
  ],
  interfere: (place, percent) =>
    edited<VirtualService>(place, virtualService, 'shop', ({ spec }) => {
      for (const { route = [] } of spec.http ?? []) if (route.length > 1) reweighed(route, ({ destination }) => destination.host, percent)
    }),
  rearrange: (place) =>
    edited<VirtualService>(place, virtualService, 'shop', ({ spec }) => {
      const routes = spec.http as object[]
      routes.unshift({ name: 'new', match: [{ uri: { exact: '/new' } }], route: [{ destination: { host: 'legacy' } }] })
    }),
})
