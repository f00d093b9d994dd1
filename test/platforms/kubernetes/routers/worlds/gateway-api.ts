import type { KubeObject } from '../../../../../packages/platforms/src/kubernetes/api/index.ts'
import type { Route } from '../../../../../packages/platforms/src/kubernetes/routers/gateway-api/route.ts'
import type { FakeKubeApi } from '../../../../fakes/kube-api/index.ts'
import { edited, reweighed, service, writeStatus, type World } from './world.ts'

const httpRoute = { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute' } as const

/** A route of three rules: one without weights, one that a legacy Service shares, one that is none of our business. */
export const shopRoute = (name = 'shop', parent = 'shop'): KubeObject =>
  ({
    ...httpRoute,
    metadata: { name, annotations: { 'example.com/owner': 'shop-team' } },
    spec: {
      parentRefs: [{ name: parent }],
      hostnames: ['shop.test'],
      rules: [
        {
          matches: [{ path: { type: 'PathPrefix', value: '/api' } }, { path: { type: 'Exact', value: '/cart' } }],
          filters: [{ type: 'RequestHeaderModifier', requestHeaderModifier: { set: [{ name: 'x-from', value: 'gateway' }] } }],
          backendRefs: [{ name: 'shop', port: 80 }],
        },
        {
          backendRefs: [
            { name: 'legacy', port: 80, weight: 3 },
            { name: 'shop', port: 80, weight: 7 },
          ],
        },
        { matches: [{ path: { type: 'PathPrefix', value: '/docs' } }], backendRefs: [{ name: 'legacy', port: 80 }] },
      ],
    },
  }) as unknown as KubeObject

/** The gateway's controller: accepts each generation, and resolves references to Services that exist. */
export const gatewayController = (api: FakeKubeApi): void => {
  api.onWrite = ({ kind, metadata, spec }) => {
    if (kind !== 'HTTPRoute' && kind !== 'GRPCRoute') return
    const { parentRefs = [], rules = [] } = spec as Route['spec']
    const missing = rules.flatMap(({ backendRefs = [] }) => backendRefs).find(({ name }) => api.get('Service', name) === undefined)
    const condition = (type: string, status: boolean) => ({
      type,
      status: status ? 'True' : 'False',
      reason: status ? type : 'BackendNotFound',
      message: status ? '' : `Service ${missing?.name ?? ''} not found`,
      observedGeneration: metadata.generation,
    })
    const conditions = [condition('Accepted', true), condition('ResolvedRefs', missing === undefined)]
    api.status(kind, metadata.name, {
      parents: parentRefs.map((parentRef) => ({ parentRef, controllerName: 'example.com/gateway', conditions })),
    })
  }
}

export const gatewayApiWorld = (options: object = {}, gatewayClass = 'traefik', port = 8000): World => ({
  router: 'gateway-api',
  options,
  objects: [
    service('shop'),
    service('legacy'),
    service('shop-canary'),
    {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'Gateway',
      metadata: { name: 'shop' },
      spec: { gatewayClassName: gatewayClass, listeners: [{ name: 'http', protocol: 'HTTP', port }] },
    } as KubeObject,
    shopRoute(),
  ],
  touched: [[httpRoute, 'shop']],
  controllers: gatewayController,
  interfere: (place, percent) =>
    edited<Route>(place, httpRoute, 'shop', ({ spec }) => {
      for (const { backendRefs = [] } of spec.rules ?? []) reweighed(backendRefs, ({ name }) => name, percent)
    }),
  rearrange: (place) =>
    edited<Route>(place, httpRoute, 'shop', ({ spec }) => {
      const rules = spec.rules as object[]
      rules.unshift({ matches: [{ path: { type: 'Exact', value: '/new' } }], backendRefs: [{ name: 'legacy', port: 80 }] })
    }),
})

/** A route whose parent is the Service itself, as meshes read it. */
export const meshWorld: World = {
  ...gatewayApiWorld(),
  router: 'linkerd',
  objects: [
    service('shop'),
    service('shop-canary'),
    {
      ...httpRoute,
      metadata: { name: 'shop' },
      spec: {
        parentRefs: [{ group: '', kind: 'Service', name: 'shop', port: 80 }],
        rules: [{ backendRefs: [{ name: 'shop', port: 80 }] }],
      },
    } as KubeObject,
  ],
  plays: (place) =>
    writeStatus<Route>(place, httpRoute, 'shop', ({ metadata, spec }) => ({
      parents: (spec.parentRefs ?? []).map((parentRef) => ({
        parentRef,
        controllerName: 'example.com/mesh',
        conditions: ['Accepted', 'ResolvedRefs'].map((type) => ({
          type,
          status: 'True',
          reason: type,
          message: '',
          lastTransitionTime: '2026-11-26T00:00:00Z',
          observedGeneration: metadata?.generation,
        })),
      })),
    })),
}

const grpcRoute = { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'GRPCRoute' } as const

/** Calls that a legacy Service shares. */
export const grpcWorld = (gatewayClass = 'traefik', port = 8000): World => ({
  ...gatewayApiWorld({ route: 'shop', kind: 'GRPCRoute', header: { name: 'x-canary' } }, gatewayClass, port),
  objects: [
    ...gatewayApiWorld({}, gatewayClass, port).objects.slice(0, -1),
    {
      ...grpcRoute,
      metadata: { name: 'shop' },
      spec: {
        parentRefs: [{ name: 'shop' }],
        hostnames: ['shop.test'],
        rules: [
          {
            matches: [{ method: { type: 'Exact', service: 'shop.Cart', method: 'Add' } }],
            backendRefs: [
              { name: 'shop', port: 80, weight: 1 },
              { name: 'legacy', port: 80, weight: 1 },
            ],
          },
          { backendRefs: [{ name: 'shop', port: 80 }] },
        ],
      },
    } as unknown as KubeObject,
  ],
  touched: [[grpcRoute, 'shop']],
  interfere: (place, percent) =>
    edited<Route>(place, grpcRoute, 'shop', ({ spec }) => {
      for (const { backendRefs = [] } of spec.rules ?? []) reweighed(backendRefs, ({ name }) => name, percent)
    }),
  rearrange: (place) =>
    edited<Route>(place, grpcRoute, 'shop', ({ spec }) => {
      const rules = spec.rules as object[]
      rules.reverse()
    }),
})
