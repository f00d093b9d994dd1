import type { KubeObject } from '../../../../../packages/platforms/src/kubernetes/api/index.ts'
import type { HttpProxy } from '../../../../../packages/platforms/src/kubernetes/routers/contour/http-proxy.ts'
import type { FakeKubeApi } from '../../../../fakes/kube-api/index.ts'
import { edited, reweighed, service, writeStatus, type World } from './world.ts'

const httpProxy = { apiVersion: 'projectcontour.io/v1', kind: 'HTTPProxy' } as const

/** Contour's word about each generation. */
const contourController = (api: FakeKubeApi): void => {
  api.onWrite = ({ kind, metadata, spec }) => {
    if (kind !== 'HTTPProxy') return
    const names = ((spec as HttpProxy['spec']).routes ?? []).flatMap(({ services = [] }) => services.map(({ name }) => name))
    const isValid = names.every((name) => api.get('Service', name) !== undefined)
    api.status(kind, metadata.name, contoursWord(isValid, metadata.generation))
  }
}

const contoursWord = (isValid: boolean, generation: number): object => ({
  currentStatus: isValid ? 'valid' : 'invalid',
  description: isValid ? 'Valid HTTPProxy' : 'At least one error present, see Errors for details',
  conditions: [
    {
      type: 'Valid',
      status: isValid ? 'True' : 'False',
      reason: isValid ? 'Valid' : 'ErrorPresent',
      message: '',
      lastTransitionTime: '2026-11-26T00:00:00Z',
      observedGeneration: generation,
    },
  ],
})

/** The real CRD is enough: nothing here plays Contour, so its status is written as it would. */
export const contourWorld = (options: object = {}): World => ({
  router: 'contour',
  options,
  objects: [
    service('shop'),
    service('legacy'),
    service('shadow'),
    service('shop-canary'),
    {
      ...httpProxy,
      metadata: { name: 'shop' },
      spec: {
        virtualhost: { fqdn: 'shop.test' },
        routes: [
          {
            conditions: [{ prefix: '/' }],
            timeoutPolicy: { response: '3s' },
            services: [
              { name: 'shop', port: 80 },
              { name: 'legacy', port: 80 },
              { name: 'shadow', port: 80, mirror: true },
            ],
          },
          { conditions: [{ prefix: '/old' }], services: [{ name: 'legacy', port: 80 }] },
        ],
      },
    } as KubeObject,
  ],
  touched: [[httpProxy, 'shop']],
  controllers: contourController,
  plays: (place) => writeStatus<HttpProxy>(place, httpProxy, 'shop', ({ metadata }) => contoursWord(true, metadata?.generation ?? 0)),
  interfere: (place, percent) =>
    edited<HttpProxy>(place, httpProxy, 'shop', ({ spec }) => {
      for (const { services = [] } of spec.routes ?? []) reweighed(services, ({ name }) => name, percent)
    }),
  rearrange: (place) =>
    edited<HttpProxy>(place, httpProxy, 'shop', ({ spec }) => {
      const routes = spec.routes as object[]
      routes.reverse()
    }),
})
